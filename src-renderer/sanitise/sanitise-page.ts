import type {} from '../page-bridge/bridge.ts';
import type { Tracker } from '../../src-shared/text/trackers.ts';
import { sanitiseHtml, type SanitiseOptions } from './sanitise-html.ts';

/** What main asks of the hidden page; pages have a document, main has none. */
export interface SanitiseQuestion {
  id: number;
  html: string;
  options?: SanitiseOptions;
}

export interface SanitiseAnswer {
  id: number;
  html: string;
  remote: { count: number; hosts: string[]; urls: string[]; trackers: Tracker[] };
  blocked: number;
}

function isQuestion(message: unknown): message is SanitiseQuestion {
  return (
    typeof message === 'object' &&
    message !== null &&
    'id' in message &&
    typeof message.id === 'number' &&
    'html' in message &&
    typeof message.html === 'string'
  );
}

window.posthorn.onMessage((message) => {
  if (!isQuestion(message)) return;
  const { html, remoteImages, remoteHosts, trackers, blocked } = sanitiseHtml(message.html, message.options);
  const answer: SanitiseAnswer = {
    id: message.id,
    html,
    remote: { count: remoteImages.length, hosts: remoteHosts, urls: remoteImages, trackers },
    blocked,
  };
  window.posthorn.send(answer);
});
window.posthorn.ready();
