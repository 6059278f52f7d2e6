/**
 * The page side of the message channel, run by the browser before any script of the page. It is
 * text because it is not part of the page's bundle and main knows no DOM types; its type is
 * `PosthornBridge` in src-renderer/page-bridge/bridge.ts.
 *
 * To main: one binding call for all texts of one turn; each text is one letter and a piece.
 * From main: `receive(...texts)` with the same letters. w whole message, p part with more to come,
 * e last part; b badge, n notification (main → page); r ready, c notification's end (page → main).
 * Texts are joined by line feeds, which JSON never contains.
 *
 * In frames inside a page the binding is only taken away.
 */
export const bindingName = '__posthornSend';
export const receiverName = '__posthornReceive';

/** Longest piece in UTF-16 units. The browser closes the pipe at 100 MB a message, and escaping may double a piece twice. */
export const pieceLength = 4 * 1024 * 1024;

export const pageScript = `(() => {
  const send = globalThis.${bindingName};
  delete globalThis.${bindingName};
  // The switch does not keep these from UDP in a hidden page, and Chromium knows no policy for it (156).
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete globalThis[name];
  if (globalThis !== globalThis.top || typeof send !== 'function') return;
  const pieceLength = ${pieceLength};
  const listeners = [];
  const early = [];
  let queue = [];
  let queued = 0;
  const flush = () => {
    const texts = queue;
    queue = [];
    queued = 0;
    if (texts.length > 0) send(texts.join('\\n'));
  };
  const push = (text) => {
    if (queue.length === 0) queueMicrotask(flush);
    queue.push(text);
    queued += text.length;
    if (queued >= pieceLength) flush();
  };
  const sendText = (text) => {
    if (text.length <= pieceLength) return push('w' + text);
    let from = 0;
    for (; from + pieceLength < text.length; from += pieceLength) push('p' + text.slice(from, from + pieceLength));
    push('e' + text.slice(from));
  };
  const deliver = (text) => {
    if (listeners.length === 0) early.push(text);
    for (const listener of listeners) {
      try { listener(text); } catch (error) { reportError(error); }
    }
  };
  const onText = (listener) => {
    listeners.push(listener);
    if (listeners.length === 1) for (const text of early.splice(0)) deliver(text);
  };
  let badge = 0;
  const showBadge = () => {
    const plain = document.title.replace(/^\\(\\d+\\) /, '');
    const title = badge > 0 ? '(' + badge + ') ' + plain : plain;
    if (title !== document.title) document.title = title;
  };
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(showBadge).observe(document.head, { subtree: true, childList: true, characterData: true });
    showBadge();
  });
  const notes = new Map();
  const notify = ({ key, title, body, tag }) => {
    const end = (how) => {
      if (notes.delete(key)) push('c' + JSON.stringify({ key, how }));
    };
    try {
      const note = new Notification(title, { body, tag });
      notes.set(key, note);
      note.onclick = () => { end('clicked'); note.close(); focus(); };
      note.onclose = () => end('closed');
      note.onerror = () => end('unsupported');
    } catch {
      notes.set(key, undefined);
      end('unsupported');
    }
  };
  let parts = [];
  // Code that the debugger calls may use eval whatever the policy says: take the texts, return, and
  // read them in a task of the page's own.
  const turn = new MessageChannel();
  const arrived = [];
  globalThis.${receiverName} = (...texts) => {
    arrived.push(texts);
    turn.port1.postMessage(0);
  };
  turn.port2.onmessage = () => {
    const texts = arrived.shift();
    for (const text of texts) {
      const rest = text.slice(1);
      switch (text[0]) {
        case 'w': deliver(rest); break;
        case 'p': parts.push(rest); break;
        case 'e': parts.push(rest); deliver(parts.splice(0).join('')); break;
        case 'b': badge = Number(rest); showBadge(); break;
        case 'n': notify(JSON.parse(rest)); break;
      }
    }
  };
  // A file dropped beside the composer must not replace the page by the file.
  for (const name of ['dragover', 'drop']) addEventListener(name, (event) => event.preventDefault());
  // A browser's own keys that would leave or double the window.
  const refuseKey = (event) => {
    const key = event.key.toLowerCase();
    const mod = event.ctrlKey || event.metaKey;
    if (key === 'f5' || (mod && (key === 'r' || key === 'n' || key === 't' || key === 'o' || key === 's' || key === 'u' || key === 'p'))) event.preventDefault();
    if (event.altKey && (key === 'arrowleft' || key === 'arrowright')) event.preventDefault();
  };
  // Behind every listener of the page, however late that came: an editor and our own keys leave a prevented event alone.
  addEventListener('keydown', () => {
    removeEventListener('keydown', refuseKey);
    addEventListener('keydown', refuseKey);
  }, true);
  const bridge = {
    shell: 'chromium',
    ready: () => push('r'),
    send: (message) => sendText(JSON.stringify(message)),
    onMessage: (listener) => onText((text) => listener(JSON.parse(text))),
    sendText,
    onText,
  };
  Object.defineProperty(globalThis, 'posthorn', { value: Object.freeze(bridge) });
})()`;
