import { FakeMain } from './fake-main.ts';
import type { FakeWorld } from './fake-world.ts';

declare global {
  interface Window {
    fakeWorld?: FakeWorld;
    fakeMain: FakeMain;
  }
}

// Runs before the page's own scripts; frames inside it get nothing, as with the real bridge.
if (window.top === window) {
  window.fakeMain = new FakeMain(window.fakeWorld ?? {});
  Object.defineProperty(window, 'posthorn', { value: window.fakeMain.bridge() });
}
