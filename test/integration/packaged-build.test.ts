import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/*
 * The package as electron-builder makes it, around a stand-in for Electron's binary, which cannot be had everywhere.
 * Its files are taken out again and run by Node: what is missing in the package is missing there.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const linux = process.platform === 'linux' && process.arch === 'x64';
const chromium = linux && existsSync('/usr/bin/chromium');
if (!linux) console.info('The package is checked on Linux x64 only: skipped.');
else if (!chromium) console.info('The packaged program is not run, for there is no Chromium here.');

let folder = '';
let files: string[] = [];
const text = (path: string): string => readFileSync(join(folder, 'app', path), 'utf8');

describe.skipIf(!linux)('the package', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-package-'));
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const build = (...args: string[]) =>
      run(process.execPath, [vite, 'build', '--logLevel', 'error', ...args], { cwd: root });
    if (!existsSync(join(root, 'build', 'renderer', 'store.html')))
      await build('-c', 'vite.renderer.config.ts');
    await build('-c', 'vite.main.config.ts', '--mode', 'package');
    await build('-c', 'vite.main.config.ts', '--mode', 'preload');
    const electron = standIn(join(folder, 'electron'));
    const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
    const out = join(folder, 'release');
    await run(
      process.execPath,
      [
        ...[builder, '--linux', 'dir', '--x64', '--publish', 'never'],
        ...[`--config.electronDist=${electron}`, `--config.directories.output=${out}`],
      ],
      { cwd: root, maxBuffer: 64 * 1024 * 1024 },
    );
    files = unpack(join(out, 'linux-unpacked', 'resources', 'app.asar'), join(folder, 'app'));
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds the bundle, the preload, the pages and the modules that run', () => {
    for (const file of ['build/main/main.js', 'build/main/mime-worker.js', 'build/main/search-worker.js'])
      expect(files).toContain(file);
    for (const file of ['build/main/preload.cjs', 'build/renderer/store.html', 'package.json', 'LICENSE'])
      expect(files).toContain(file);
    for (const name of ['imapflow', 'nodemailer', 'valibot', 'tldts-core', '@napi-rs/keyring'])
      expect(files).toContain(`node_modules/${name}/package.json`);
    expect(files.some((file) => file.endsWith('.node'))).toBe(true);
  });

  test('holds no sources, no tests, no demo, no tools and no Node', () => {
    const odd = files.filter(
      (file) =>
        /^(src-|test\/|docs\/|assets\/|build\/main\/.*demo)/.test(file) ||
        /\.(map|svelte|tsx?)$/.test(file) ||
        /^node_modules\/(node-|dexie|vite|vitest|electron|smtp-server|typescript|svelte|axe-core)/.test(file),
    );
    expect(odd).toEqual([]);
  });

  test('has no test hooks', () => {
    const bundle = files.filter((file) => /^build\/main\/.*\.js$/.test(file));
    expect(bundle.length).toBeGreaterThan(3);
    for (const file of bundle)
      expect(text(file)).not.toMatch(
        /test\.(clock|crashAt|crashPoints|power|wire)|crashAt|test-hooks|AdvanceableClock|DEVTOOLS_PORT/,
      );
  });

  test.skipIf(!chromium)('runs from its own files alone', () => {
    const profile = join(folder, 'profile');
    const mail = Buffer.from('Subject: Hello\r\nContent-Type: text/html\r\n\r\n<p>Hi<script>1</script></p>');
    const calls = [
      { method: 'app.info' },
      { method: 'test.crashPoints' },
      { method: 'mime.inspect', params: { base64: mail.toString('base64') } },
    ];
    const input = calls
      .map((call, at) => `${JSON.stringify({ jsonrpc: '2.0', id: at, ...call })}\n`)
      .join('');
    const main = (...flags: string[]) =>
      spawnSync(
        process.execPath,
        [join(folder, 'app', 'build', 'main', 'main.js'), '--headless', '--profile', profile, ...flags],
        { input, encoding: 'utf8', timeout: 90_000 },
      );
    const { stdout, stderr, status } = main();
    const answers = stdout
      .split('\n')
      .filter((line) => line.includes('"id"'))
      .map((line) => JSON.parse(line) as { id: number; result?: unknown; error?: { code: number } })
      .toSorted((a, b) => a.id - b.id);
    expect(status, stderr).toBe(0);
    expect(answers[0]?.result).toMatchObject({ name: 'Posthorn', demoAvailable: false });
    expect(answers[1]?.error).toMatchObject({ code: -32601 });
    expect(answers[2]?.result).toMatchObject({ subject: 'Hello', html: expect.stringContaining('Hi') });
    expect(main('--test-hooks').status).toBe(2);
  });
});

/** A folder like Electron's, with as much in it as electron-builder looks at. */
function standIn(dir: string): string {
  mkdirSync(join(dir, 'locales'), { recursive: true });
  mkdirSync(join(dir, 'resources'));
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8'),
  ) as { version: string };
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'resources.pak', 'locales/en-US.pak'])
    writeFileSync(join(dir, name), '');
  writeFileSync(join(dir, 'version'), version);
  // Fuses are bytes behind this mark in the binary: version 1, then how many, then each off, on or removed.
  const fuses = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\u0001\u0009000000000';
  for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) {
    writeFileSync(join(dir, name), name === 'electron' ? `#!/bin/sh\n${fuses}` : '');
    chmodSync(join(dir, name), 0o755);
  }
  return dir;
}

interface AsarEntry {
  files?: Record<string, AsarEntry>;
  offset?: string;
  size?: number;
  unpacked?: boolean;
}

/**
 * Takes an asar apart: four words of 32 bits (the second is the length of the header with its own two, the fourth
 * that of the JSON), the JSON of the tree, then the files one after the other. Gives all paths.
 */
function unpack(asar: string, to: string): string[] {
  const bytes = readFileSync(asar);
  const begin = 8 + bytes.readUInt32LE(4);
  const tree = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))) as AsarEntry;
  const paths: string[] = [];
  const walk = (entry: AsarEntry, path: string): void => {
    if (entry.files !== undefined) {
      for (const [name, child] of Object.entries(entry.files))
        walk(child, path === '' ? name : `${path}/${name}`);
      return;
    }
    const at = begin + Number(entry.offset ?? 0);
    const content =
      entry.unpacked === true
        ? readFileSync(join(`${asar}.unpacked`, path))
        : bytes.subarray(at, at + (entry.size ?? 0));
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), content);
    paths.push(path);
  };
  walk(tree, '');
  return paths;
}
