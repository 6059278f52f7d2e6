import type {} from '../page-bridge/bridge.ts';
import { drawPages, type PdfAnswer } from './draw-pages.ts';

/** What main asks of the hidden page; only a page has canvases. */
export interface PdfQuestion {
  id: number;
  base64: string;
  /** The first page wanted, from 0. */
  from: number;
  count: number;
}

function isQuestion(message: unknown): message is PdfQuestion {
  if (typeof message !== 'object' || message === null) return false;
  const { id, base64, from, count } = message as Record<string, unknown>;
  return (
    typeof id === 'number' &&
    typeof base64 === 'string' &&
    typeof from === 'number' &&
    typeof count === 'number'
  );
}

window.posthorn.onMessage((message) => {
  if (!isQuestion(message)) return;
  const { id, base64, from, count } = message;
  void drawPages(Uint8Array.fromBase64(base64), from, count)
    .catch((): PdfAnswer => ({ state: 'broken' }))
    .then((answer) => window.posthorn.send({ id, ...answer }));
});
window.posthorn.ready();
