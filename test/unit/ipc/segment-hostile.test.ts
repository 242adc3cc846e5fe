/**
 * Files that stand where a named segment should be, but are not what we make: whoever opens them gets a sentence, never
 * a crash, an endless loop, or bytes that are not there. How: real files, held as the living hold theirs, and a program
 * of its own that opens them, so that a crash is seen from outside.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { after, afterEach, test } from 'node:test';
import { tryLockByte } from '../../../src/platform/index.ts';
import { seeded } from '../../fixtures/crash/random.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { run } from '../../harness/programs.ts';

const MAGIC = 0x6d616475;
const ABI = 1;
const DATA_OFFSET = 4096;
const ROUNDS = 300;
const prefix = `hostile-${process.pid}-`;
const pathOf = (name: string): string => `/dev/shm/duodao-segment-${userInfo().uid}-${name}`;
let count = 0;
const fresh = (): string => `${prefix}${++count}`;
const open: number[] = [];

const opener = run('memory/segment-opener.ts', [], { input: 'open' });
after(async () => {
  opener.process.stdin?.end();
  assert.deepEqual(await opener.end.then(({ code, stderr }) => ({ code, stderr })), { code: 0, stderr: '' });
});
afterEach(() => {
  for (const fd of open.splice(0)) closeSync(fd);
  for (const file of readdirSync('/dev/shm').filter((name) => name.includes(prefix)))
    rmSync(`/dev/shm/${file}`, { recursive: true });
});

/** What the other program says of this name. */
async function found(name: string): Promise<string> {
  const timer = setTimeout(() => opener.process.kill('SIGKILL'), HANG_GUARD.timeoutMs);
  opener.tell(name);
  try {
    return await opener.line();
  } finally {
    clearTimeout(timer);
  }
}

interface Header {
  readonly magic?: number;
  readonly abi?: number;
  readonly dataBytes?: number;
}

function headerOf({ magic = MAGIC, abi = ABI, dataBytes = 64 }: Header): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(abi, 4);
  header.writeDoubleLE(dataBytes, 8);
  return header;
}

/** Puts a sparse file there, as if somebody lived in it. */
function place(sizeBytes: number, header: Uint8Array): string {
  const name = fresh();
  const fd = openSync(pathOf(name), 'wx+', 0o600);
  open.push(fd);
  assert.ok(tryLockByte(fd, 0, 'shared'));
  ftruncateSync(fd, sizeBytes);
  const length = Math.min(header.length, sizeBytes);
  if (length > 0) writeSync(fd, header, 0, length, 0);
  return name;
}

test('A segment whose header is what we make is opened, and has the bytes that it says', async () => {
  assert.equal(await found(place(DATA_OFFSET + 64, headerOf({}))), 'bytes 64');
  assert.equal(await found(place(3 * DATA_OFFSET, headerOf({ dataBytes: 1 }))), 'bytes 1');
});

test('A file that is shorter than a segment is refused', async () => {
  for (const sizeBytes of [0, 1, 8, 15, 16, 4095, DATA_OFFSET])
    assert.equal(await found(place(sizeBytes, headerOf({}))), 'protocol');
});

test('A segment of another magic or layout is refused', async () => {
  for (const magic of [0, 1, MAGIC + 1, 0xffff_ffff])
    assert.equal(await found(place(8192, headerOf({ magic }))), 'protocol');
  for (const abi of [0, 2, 0xffff_ffff])
    assert.equal(await found(place(8192, headerOf({ abi }))), 'protocol');
});

test('A segment that says what its size cannot be is refused', async () => {
  const [most, least] = [Number.MAX_VALUE, Number.MIN_VALUE];
  for (const dataBytes of [
    0,
    -0,
    -1,
    -64,
    least,
    0.5,
    63.5,
    4096.5,
    4097,
    2 ** 31,
    2 ** 53,
    most,
    Infinity,
    NaN,
  ])
    assert.equal(await found(place(8192, headerOf({ dataBytes }))), 'protocol', `${dataBytes}`);
  assert.equal(await found(place(8192, headerOf({ dataBytes: 4096 }))), 'bytes 4096');
});

test('A segment that is larger than any that we make is refused, though it is as large as it says', async () => {
  for (const dataBytes of [2 ** 31 - 4096, 2 ** 31, 5 * 2 ** 30, 2 ** 36, 2 ** 42])
    assert.equal(
      await found(place(DATA_OFFSET + dataBytes, headerOf({ dataBytes }))),
      'protocol',
      `${dataBytes}`,
    );
});

test('What is no file is refused, and nobody waits at it', async () => {
  const [folder, fifo, socket] = [fresh(), fresh(), fresh()];
  mkdirSync(pathOf(folder), 0o700);
  execFileSync('mkfifo', ['-m', '600', pathOf(fifo)]);
  const server = createServer().listen(pathOf(socket));
  for (const name of [folder, fifo, socket]) assert.equal(await found(name), 'unsafe', name);
  server.close();
});

test(`${ROUNDS} segments with headers of noise are refused, or give the bytes that are there`, async (t) => {
  const seed = Number(process.env['DUODAO_SEED'] ?? Date.now() % 1_000_000);
  t.diagnostic(`DUODAO_SEED=${seed}`);
  const answers = new Map<string, number>();
  const random = seeded(seed);
  for (let round = 0; round < ROUNDS; round++) {
    const sizeBytes = random(2) === 0 ? random(20_000) : DATA_OFFSET + 64;
    const header = headerOf({});
    for (let flips = random(4); flips > 0; flips--) header[random(16)] = random(2) * random(256);
    const name = place(sizeBytes, header);
    const answer = await found(name);
    const says = header.readDoubleLE(8);
    const isWhole = Number.isInteger(says) && says >= 1 && says <= sizeBytes - DATA_OFFSET;
    if (answer !== 'protocol') assert.deepEqual([answer, isWhole], [`bytes ${says}`, true]);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  assert.ok(answers.size > 1, 'some were right');
});
