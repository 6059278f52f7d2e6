import { contextBridge, ipcRenderer } from 'electron';
import { messageChannel, readyChannel } from './channel.ts';

/**
 * The page side of the message channel; its type is `PosthornBridge` in
 * src-renderer/page-bridge/bridge.ts. Runs in the top frame of our own pages only
 * (`nodeIntegrationInSubFrames` is off), in a world of its own.
 */
const listeners: ((json: string) => void)[] = [];
const early: string[] = [];

ipcRenderer.on(messageChannel, (_event, json: string) => {
  if (listeners.length === 0) early.push(json);
  for (const listener of listeners) listener(json);
});

const onText = (listener: (json: string) => void): void => {
  listeners.push(listener);
  if (listeners.length === 1) for (const json of early.splice(0)) listener(json);
};
const sendText = (json: string): void => ipcRenderer.send(messageChannel, json);

contextBridge.exposeInMainWorld('posthorn', {
  shell: 'electron',
  ready: () => ipcRenderer.send(readyChannel),
  send: (message: unknown) => sendText(JSON.stringify(message)),
  onMessage: (listener: (message: unknown) => void) => onText((json) => listener(JSON.parse(json))),
  sendText,
  onText,
});

// A file dropped beside the composer must not replace the page by the file.
for (const name of ['dragover', 'drop']) addEventListener(name, (event) => event.preventDefault());
