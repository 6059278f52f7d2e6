import { spawnSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

function firstLine(command: string, ...args: string[]): string {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return (stdout ?? '').trim().split('\n')[0] ?? '';
}

/** What the numbers were measured on: words for a list. */
export function machineWords(root: string): string[] {
  const [cpu] = cpus();
  const or = (text: string, missing: string): string => (text === '' ? missing : text);
  return [
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 1e9)} GB, ${type()} ${release()}`,
    `Node ${process.versions.node}`,
    or(firstLine('chromium', '--version'), 'no Chromium'),
    `Dovecot ${or(firstLine('dovecot', '--version'), 'missing')}`,
    or(firstLine('neomutt', '-v'), 'no neomutt'),
    `Posthorn at ${or(firstLine('git', '-C', root, 'rev-parse', '--short', 'HEAD'), 'an unknown commit')}`,
  ];
}

/** "4.97 (1 min), 3.37 (5 min)": what else the machine was doing. */
export function loadWords(): string {
  const [one = 0, five = 0] = loadavg();
  return `${one.toFixed(2)} (1 min), ${five.toFixed(2)} (5 min)`;
}
