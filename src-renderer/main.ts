import './ui/styles/index.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { createStoreClient } from './cache/store-client.ts';
import { createMainClient } from './ipc/client.ts';
import { AppState } from './state/app-state.svelte.ts';

const app = new AppState(createMainClient(window.posthorn), createStoreClient());
mount(App, { target: document.body, props: { app } });
void app.start();
