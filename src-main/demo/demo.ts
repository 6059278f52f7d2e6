import { createNarrator } from './narrator.ts';
import { tellStory } from './story.ts';
import { openWindow } from './window-story.ts';

/* `npm run demo`: the main job on servers of our own. Ends with 0 only when every step really happened. */

const began = performance.now();
const narrator = createNarrator((line) => void process.stdout.write(`${line}\n`));
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());
// Whoever read along has gone (`npm run demo | head`): still nothing is left behind.
process.stdout.on('error', () => ended.abort());

const display =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
const withWindow = display && !process.argv.includes('--headless');

narrator.say(
  withWindow
    ? 'The Posthorn demo. It uses a profile of its own, which is removed afterwards.'
    : 'The Posthorn demo without a window. It uses a profile of its own, which is removed afterwards.',
);
try {
  await (withWindow ? openWindow : tellStory)(narrator, ended.signal);
  ended.signal.throwIfAborted();
  narrator.say('');
  narrator.say(
    `All ${narrator.steps()} steps happened, in ${((performance.now() - began) / 1000).toFixed(0)} s.`,
  );
  narrator.say('For mail of your own: `npm start`.');
} catch (thrown) {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  narrator.say('');
  if (ended.signal.aborted) narrator.say('Stopped; the servers and the profile are gone.');
  else narrator.say(`    ✗ This step did not happen.\n    ${message}`);
  process.exitCode = ended.signal.aborted ? 130 : 1;
}
process.exit();
