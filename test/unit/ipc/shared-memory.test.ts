/**
 * What shared memory by name promises: unrelated programs find the same bytes, nobody else can, nothing is left behind
 * by the living, and what the dead have left is recognised and removed. How: real unrelated programs, real files.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SharedMemory } from '../../../src/ipc/index.ts';
import { sweepSegments } from '../../../src/memory/index.ts';
import { tryLockByte } from '../../../src/platform/index.ts';

const PROGRAM = fileURLToPath(new URL('../../fixtures/memory/segment-user.ts', import.meta.url));
const prefix = `test-${process.pid}-`;
const pathOf = (name: string): string => `/dev/shm/duodao-segment-${userInfo().uid}-${name}`;
const children: ChildProcess[] = [];
let count = 0;
const fresh = (): string => `${prefix}${++count}`;

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const file of readdirSync('/dev/shm')) if (file.includes(prefix)) rmSync(`/dev/shm/${file}`);
});

/** Starts the program and gives what it found, once it has written. */
async function start(
  name: string,
  bytes: number,
  write: number,
): Promise<{ child: ChildProcess; found: number }> {
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv.filter((flag) => !flag.startsWith('--test')),
      PROGRAM,
      name,
      String(bytes),
      String(write),
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') break;
    lines.push(line);
  }
  return { child, found: Number(lines[0]) };
}

test('SharedMemory is the same bytes in an unrelated program', async () => {
  const name = fresh();
  const mine = new SharedMemory(name, 4096);
  const words = new Int32Array(mine.buffer);
  assert.equal(words[0], 0);
  words[0] = 7;
  const { found } = await start(name, 4096, 42);
  assert.equal(found, 7);
  assert.equal(Atomics.load(words, 0), 42);
  mine.close();
});

test('SharedMemory is a file that only its user can read, and it is gone when the last one has closed it', async () => {
  const name = fresh();
  const mine = new SharedMemory(name, 100);
  assert.equal(statSync(pathOf(name)).mode & 0o777, 0o600);
  const { child } = await start(name, 100, 1);
  mine.close();
  assert.ok(existsSync(pathOf(name)), 'another program still has it');
  child.stdin?.end();
  await once(child, 'exit');
  assert.ok(!existsSync(pathOf(name)), 'the last one has closed it');
  mine.close();
});

test('SharedMemory that only dead programs have used is made anew', async () => {
  const name = fresh();
  const { child } = await start(name, 64, 99);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(existsSync(pathOf(name)), 'a killed program leaves its file');
  assert.throws(() => SharedMemory.open(name), { code: 'closed' });
  assert.ok(!existsSync(pathOf(name)), 'and whoever looks for it removes it');
  const { child: second } = await start(name, 64, 99);
  second.kill('SIGKILL');
  await once(second, 'exit');
  const mine = new SharedMemory(name, 128);
  assert.deepEqual([...new Uint8Array(mine.buffer)], new Array(128).fill(0));
  mine.close();
});

test('sweepSegments removes what the dead have left, and nothing of the living', async () => {
  const [dead, living] = [fresh(), fresh()];
  const mine = new SharedMemory(living, 64);
  const { child } = await start(dead, 64, 1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const removed = sweepSegments();
  assert.ok(removed.includes(dead));
  assert.ok(!removed.includes(living));
  assert.ok(existsSync(pathOf(living)));
  mine.close();
});

test('SharedMemory.open takes any size, and refuses what nobody has open', () => {
  const name = fresh();
  assert.throws(() => SharedMemory.open(name), { code: 'closed', message: new RegExp(name) });
  const mine = new SharedMemory(name, 12345);
  const again = SharedMemory.open(name);
  assert.equal(again.size, 12345);
  assert.throws(() => new SharedMemory(name, 999), RangeError);
  again.close();
  mine.close();
  assert.ok(!existsSync(pathOf(name)));
});

test('SharedMemory refuses files of a foreign format, that others may read, and links', () => {
  const name = fresh();
  writeFileSync(pathOf(name), Buffer.alloc(8192, 0x41), { mode: 0o600 });
  const holder = holdLife(pathOf(name));
  assert.throws(() => new SharedMemory(name, 64), { code: 'protocol' });
  writeFileSync(pathOf(name), 'short');
  assert.throws(() => new SharedMemory(name, 64), { code: 'protocol' });
  chmodSync(pathOf(name), 0o644);
  assert.throws(() => new SharedMemory(name, 64), { code: 'unsafe' });
  holder();
  rmSync(pathOf(name));
  const target = fresh();
  const other = new SharedMemory(target, 64);
  symlinkSync(pathOf(target), pathOf(name));
  assert.throws(() => new SharedMemory(name, 64), { code: 'unsafe' });
  other.close();
});

/** Makes a file look inhabited, so that it is not taken for what the dead have left. */
function holdLife(path: string): () => void {
  const fd = openSync(path, 'r+');
  assert.ok(tryLockByte(fd, 0, 'shared'));
  return () => closeSync(fd);
}

test('SharedMemory refuses absurd names and sizes at the door', () => {
  for (const name of ['', '../x', 'a/b', 'x'.repeat(200), 'ü'])
    assert.throws(() => new SharedMemory(name, 64), RangeError);
  for (const bytes of [0, -1, 1.5, Number.NaN, 2 ** 40])
    assert.throws(() => new SharedMemory(fresh(), bytes), RangeError);
});

test('SharedMemory that several programs open at once is one and the same', async () => {
  const name = fresh();
  const mine = new SharedMemory(name, 64);
  const started = await Promise.all(Array.from({ length: 4 }, (_, index) => start(name, 64, index + 1)));
  assert.equal(started.length, 4);
  assert.ok((new Int32Array(mine.buffer)[0] as number) > 0);
  mine.close();
});
