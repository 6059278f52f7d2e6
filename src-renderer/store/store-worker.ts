import {
  storeNoticesChannel,
  storeRequestsChannel,
  type StoreAnswer,
} from '../../src-shared/cache-protocol.ts';
import { workerChannel } from '../page-bridge/worker-channel.ts';
import { StoreServer } from './serve.ts';
import { Store } from './store.ts';

/** The one place where IndexedDB is open. Main speaks through the page, windows over BroadcastChannels. */
const main = workerChannel(self);
const requests = new BroadcastChannel(storeRequestsChannel);
const notices = new BroadcastChannel(storeNoticesChannel);
const answerChannels = new Map<string, BroadcastChannel>();
/** Channels of windows long closed are let go when so many are open. */
const keptChannels = 16;

const store = new Store((notice) => {
  notices.postMessage(notice);
  main.send(notice);
});
const server = new StoreServer(store);

main.onMessage((message) => server.fromMain(message, (answer) => main.send(answer)));
requests.onmessage = (event: MessageEvent<unknown>) => server.fromWindow(event.data, answerWindow);

function answerWindow(name: string, answer: StoreAnswer): void {
  let channel = answerChannels.get(name);
  if (channel === undefined) {
    channel = new BroadcastChannel(name);
    for (const [old, open] of answerChannels) {
      if (answerChannels.size < keptChannels) break;
      open.close();
      answerChannels.delete(old);
    }
    answerChannels.set(name, channel);
  }
  channel.postMessage(answer);
}
