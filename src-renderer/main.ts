import './ui/styles/index.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { createStoreClient } from './cache/store-client.ts';
import { createMainClient } from './ipc/client.ts';
import { AppState } from './state/app-state.svelte.ts';
import { followNews } from './state/follow-news.ts';

const app = new AppState(createMainClient(window.posthorn), createStoreClient());
followNews(app);
mount(App, { target: document.body, props: { app } });
void app.start();
