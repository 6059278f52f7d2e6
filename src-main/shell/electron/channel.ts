/** Channel names between preload.ts and electron-page.ts; every message is one JSON text. */
export const messageChannel = 'posthorn:message';
export const readyChannel = 'posthorn:ready';
