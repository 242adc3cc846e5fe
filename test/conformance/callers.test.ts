/**
 * Who calls: the built package from ES modules, CommonJS, TypeScript, a worker thread and a test runner, in a folder
 * whose name has spaces and letters of all kinds.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'duodao 多道 – ünïcode #1 %20 '));

before(() => {
  // Builds what is not built yet, or is older than its sources.
  assert.equal(node(['scripts/setup.js'], ROOT).status, 0);
  mkdirSync(join(FOLDER, 'node_modules'));
  symlinkSync(ROOT, join(FOLDER, 'node_modules/duodao'));
});
after(() => rmSync(FOLDER, { recursive: true }));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function node(args: readonly string[], cwd: string = FOLDER): Ran {
  const env = { ...process.env };
  delete env['NODE_TEST_CONTEXT'];
  delete env['NODE_OPTIONS'];
  return spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8', timeout: 120_000 });
}

function write(name: string, text: string): string {
  writeFileSync(join(FOLDER, name), text);
  return name;
}

/** What a program does with a function `add` of its own, in a process and in a thread. */
const MAIN = `
    for (const Kind of [Process, Thread]) {
      const one = await new Kind({ target: add, args: [1, 2] }).start();
      console.log(await one.result(), JSON.stringify(await one.join()));
    }`;
const PRINTED = '3 {"how":"exited","code":0}\n'.repeat(2);

test('ES modules start their functions', () => {
  const file = write(
    'module – ü.mjs',
    `import { isMain, Process, Thread } from 'duodao';
     export function add(a, b) { return a + b; }
     if (isMain(import.meta)) {${MAIN}}`,
  );
  const { status, stdout, stderr } = node([file]);
  assert.deepEqual([status, stdout, stderr], [0, PRINTED, '']);
});

test('CommonJS modules start their functions', () => {
  const file = write(
    'common js.cjs',
    `const { Process, Thread } = require('duodao');
     exports.add = function add(a, b) { return a + b; };
     const { add } = exports;
     if (require.main === module) (async () => {${MAIN}})();`,
  );
  const { status, stdout, stderr } = node(['--no-warnings', file]);
  assert.deepEqual([status, stdout, stderr], [0, PRINTED, '']);
});

const noTypes =
  'typescript' in process.features && process.features.typescript
    ? false
    : 'this Node.js reads no TypeScript by itself';
test('TypeScript starts its functions where Node.js reads it by itself', { skip: noTypes }, () => {
  const file = write(
    'typed 多道.mts',
    `import { isMain, Process, Thread } from 'duodao';
     export function add(a: number, b: number): number { return a + b; }
     if (isMain(import.meta)) {${MAIN}}`,
  );
  const { status, stdout, stderr } = node(['--no-warnings', file]);
  assert.deepEqual([status, stdout, stderr], [0, PRINTED, '']);
});

test('TypeScript starts its functions with tsx', () => {
  const file = write(
    'typed with tsx.mts',
    `import { isMain, Process, Thread } from 'duodao';
     enum Start { Zero = 0 }
     export function add(a: number, b: number): number { return Start.Zero + a + b; }
     if (isMain(import.meta)) {${MAIN}}`,
  );
  const tsx = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;
  const { status, stdout, stderr } = node(['--import', tsx, file]);
  assert.deepEqual([status, stdout, stderr], [0, PRINTED, '']);
});

test('A worker thread starts processes and threads', () => {
  write(
    'library of a thread.mjs',
    `import { Process, Thread } from 'duodao';
     import { isMainThread } from 'node:worker_threads';
     export function add(a, b) { return a + b; }
     export async function work() { if (!isMainThread) {${MAIN}} }`,
  );
  write('worker.mjs', `import { work } from './library of a thread.mjs'; await work();`);
  const file = write(
    'starts a worker.mjs',
    `import { Worker } from 'node:worker_threads';
     new Worker(new URL('./worker.mjs', import.meta.url));`,
  );
  const { status, stdout, stderr } = node([file]);
  assert.deepEqual([status, stdout, stderr], [0, PRINTED, '']);
});

test('A file of tests starts functions of a module', () => {
  // Not its own: whoever imports it runs its tests.
  write('add.mjs', 'export function add(a, b) { return a + b; }');
  const file = write(
    'some.test.mjs',
    `import assert from 'node:assert';
     import { test } from 'node:test';
     import { Process, Thread } from 'duodao';
     import { add } from './add.mjs';
     for (const Kind of [Process, Thread]) test('adds', async () => {
       const one = await new Kind({ target: add, args: [1, 2] }).start();
       assert.equal(await one.result(), 3);
       await one.join();
     });`,
  );
  const { status, stdout } = node(['--test', '--test-reporter=tap', file]);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^# pass [12]$/m);
  assert.doesNotMatch(stdout, /not ok/);
});
