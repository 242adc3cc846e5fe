/**
 * An address made in one process leads another to its own copy of the function: from a program that is still
 * in its top-level await, from a thread, and through every way in which the tests themselves may be run.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { addressOf } from '../../../../src/process/address/address.ts';
import type { Addressable } from '../../../../src/process/address/task.ts';
import type { Address } from '../../../../src/wire/index.ts';

const run = promisify(execFile);
const at = (file: string): URL => new URL(`../../../fixtures/functions/${file}`, import.meta.url);

/** Runs a program as this test is run: with the same loader, if any. */
async function program(
  file: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<string> {
  const { stdout } = await run(process.execPath, [
    ...process.execArgv,
    ...flags,
    fileURLToPath(at(file)),
    ...args,
  ]);
  return stdout.trim();
}

const load = async (file: string): Promise<Record<string, Addressable>> =>
  (await import(at(file).href)) as Record<string, Addressable>;

async function callElsewhere(address: Address, ...args: unknown[]): Promise<unknown> {
  return JSON.parse(await program('call.ts', [JSON.stringify(address), JSON.stringify(args)])) as unknown;
}

test('A program finds its own function during its top-level await, and another calls it', async () => {
  const address = JSON.parse(await program('entry.ts')) as Address;
  assert.deepEqual({ ...address, hash: '' }, { url: at('entry.ts').href, name: 'own', hash: '' });
  assert.equal(await callElsewhere(address, 21), 42);
});

test('A program without WebAssembly reads the exports of a module all the same', async () => {
  assert.equal(await program('entry.ts', ['without-wasm']), await program('entry.ts'));
});

test('A thread finds functions as its process does', async () => {
  const worker = new Worker(at('thread.mjs'));
  const [address] = (await once(worker, 'message')) as [Address];
  await worker.terminate();
  assert.deepEqual({ ...address, hash: '' }, { url: at('entry.ts').href, name: 'own', hash: '' });
  assert.equal(await callElsewhere(address, 4), 8);
});

test('Another process reads the same text, so the hash fits there', async () => {
  const typed = await load('commonjs/typed.ts');
  assert.equal(await callElsewhere(addressOf((await load('default-function.mjs'))['default']!)), 1);
  assert.equal(await callElsewhere(addressOf((await load('single.cjs'))['default']!)), 1);
  assert.equal(
    await callElsewhere(addressOf(typed['work'] ?? (Reflect.get(typed['default']!, 'work') as Addressable))),
    'typed work',
  );
});

test('A process that may not use the inspector says so, and names the way round', async () => {
  const flag = ['--permission', '--experimental-permission'].find((it) =>
    process.allowedNodeEnvironmentFlags.has(it),
  );
  // Nothing else is forbidden: a loader needs files and processes of its own.
  const allowed = ['--allow-fs-read=*', '--allow-fs-write=*', '--allow-child-process', '--allow-worker'];
  const flags = [flag ?? '', ...allowed, '--no-warnings'];
  const { code, message } = JSON.parse(await program('refused.ts', [], flags)) as {
    code: string;
    message: string;
  };
  assert.equal(code, 'unsupported');
  assert.match(message, /has no inspector to ask .*task\(import\.meta\.url, 'work'\)/);
});

test('Code that is in no file is refused', async () => {
  const module = new URL('../../../../src/process/address/address.ts', import.meta.url).href;
  const source = `
    import { addressOf } from ${JSON.stringify(module)};
    export function work() {}
    try { addressOf(work); } catch (error) { console.log(error.message); }`;
  const { stdout } = await run(process.execPath, [
    ...process.execArgv,
    '--input-type=module',
    '--eval',
    source,
  ]);
  assert.match(stdout, /its code is in no file/);
});
