import { mount, unmount } from 'svelte';
import '../../../src-renderer/ui/styles/index.css';
import '../../../src-renderer/features/accounts/accounts.css';
import AddAccount from '../../../src-renderer/features/accounts/AddAccount.svelte';
import { createMainClient } from '../../../src-renderer/ipc/client.ts';
import { scriptedBridge } from './scripted-main.ts';

document.documentElement.dataset['theme'] = new URLSearchParams(location.search).get('theme') ?? 'light';
const wizard = mount(AddAccount, {
  target: document.body,
  props: {
    main: createMainClient(scriptedBridge()),
    info: {
      name: 'Posthorn',
      version: '0',
      shell: 'chromium',
      shellVersion: '',
      profile: '',
      secrets: 'keyring',
      demoAvailable: true,
      online: true,
      offlineSince: null,
      offlineReason: null,
      notices: [],
    },
    onadded: (accountId: string) => {
      void unmount(wizard);
      document.body.append(`added ${accountId}`);
    },
    oncancel: null,
  },
});
