/** Where bodies come from: what is taken for one, what is refused, and what becomes of files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Body, isWhole, piecesOf } from '../../../../src/net/connection/body-source.ts';
import type { Pieces } from '../../../../src/net/connection/outgoing.ts';

const folder = mkdtempSync(join(tmpdir(), 'duodao-body-'));
after(() => rmSync(folder, { recursive: true }));
const MEGABYTE = 1024 * 1024;

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Bytes that are another at each place. */
function pattern(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
}

/** All of it, as one who keeps each piece only until he asks for the next but one. */
async function all({ pieces, release }: Pieces): Promise<Buffer> {
  const taken: Buffer[] = [];
  for await (const piece of pieces) taken.push(Buffer.from(piece));
  await release?.();
  return Buffer.concat(taken);
}

const source = (body: unknown, said?: unknown): Promise<Pieces> => piecesOf(body as Blob, said);
const openFiles = (): string => readdirSync('/proc/self/fd').join(' ');

test('Bytes, text and nothing are whole, all else is on its way', () => {
  for (const body of [undefined, '', 'text', new Uint8Array(1), Buffer.from('x')])
    assert.equal(isWhole(body), true);
  for (const body of [null, new Blob([]), { file: 'x' }, [], 5]) assert.equal(isWhole(body), false);
});

test('A Blob is sent whole, with its own length', async () => {
  const blob = new Blob(['one ', 'two']);
  const pieces = await source(blob);
  assert.equal(pieces.size, 7);
  assert.equal(String(await all(pieces)), 'one two');
  assert.equal((await source(blob, 7)).size, 7);
  assert.equal((await source(new Blob([]), 0)).size, 0);
  await assert.rejects(source(blob, 8), {
    name: 'RangeError',
    message: /^Cannot send a body of 7 bytes as file_size in its header says otherwise: current value is 8$/,
  });
  await assert.rejects(source(blob, '7'), RangeError);
});

test('A stream is sent as long as its header says', async () => {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('abc');
  }
  assert.equal((await source(stream(), 3)).size, 3);
  assert.equal(String(await all(await source(stream(), 3))), 'abc');
  for (const said of [undefined, -1, 1.5, Number.NaN, '3', null])
    await assert.rejects(source(stream(), said), {
      name: 'RangeError',
      message:
        'Cannot send a stream as nobody knows its length: say it as file_size in the header: ' +
        `current value is ${String(said)}`,
    });
});

test('What is no body is refused, with what there is', async () => {
  for (const [body, kind] of [
    [null, 'null'],
    [5, 'number'],
    [{}, 'object'],
    [[], 'object'],
    [() => 5, 'function'],
  ])
    await assert.rejects(source(body), {
      name: 'TypeError',
      message:
        'Cannot send a body as it must be bytes, a string, a Blob, { file: path } or a stream of bytes: ' +
        `it is ${kind as string}`,
    });
});

for (const size of [0, 1, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 3 * MEGABYTE + 5]) {
  test(`A file of ${size} bytes is sent whole, by path or URL, and closed`, async () => {
    const bytes = pattern(size);
    const path = file(`f${size}`, bytes);
    const before = openFiles();
    for (const body of [{ file: path }, { file: pathToFileURL(path) }] satisfies Body[]) {
      const pieces = await source(body, size);
      assert.equal(pieces.size, size);
      assert.ok((await all(pieces)).equals(bytes));
    }
    assert.equal(openFiles(), before);
  });
}

test('A file is closed when nothing of it is taken, or not all of it', async () => {
  const path = file('half', pattern(3 * MEGABYTE));
  const before = openFiles();
  const untouched = await source({ file: path });
  await untouched.release?.();
  const half = await source({ file: path });
  for await (const piece of half.pieces) {
    assert.equal(piece.length, MEGABYTE);
    break;
  }
  await half.release?.();
  await assert.rejects(source({ file: path }, 5), RangeError);
  assert.equal(openFiles(), before);
});

test('Of a file that shrinks while it is sent there comes less than was said, of one that grows no more', async () => {
  const shrinking = file('shrinks', pattern(3 * MEGABYTE));
  const small = await source({ file: shrinking });
  truncateSync(shrinking, MEGABYTE / 2);
  assert.equal(small.size, 3 * MEGABYTE);
  assert.equal((await all(small)).length, MEGABYTE / 2);
  const growing = file('grows', pattern(10));
  const large = await source({ file: growing });
  writeFileSync(growing, pattern(20));
  assert.equal((await all(large)).length, 10);
});

test('What is no file, or is none that can be read through, is told at once', {
  timeout: 10_000,
}, async () => {
  await assert.rejects(source({ file: join(folder, 'none') }), { code: 'ENOENT' });
  await assert.rejects(source({ file: 5 }), TypeError);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [folder, pipe, '/dev/zero'])
    await assert.rejects(source({ file: path }), {
      name: 'TypeError',
      message: /is a folder, a pipe or a device/,
    });
});

test('A file system that gives less than it is asked for garbles nothing', async (context) => {
  const bytes = pattern(3 * MEGABYTE);
  const path = file('short', bytes);
  const handle = await open(path);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { read } = prototype;
  context.mock.method(
    prototype,
    'read',
    function (this: FileHandle, buffer: Buffer, from: number, length: number, at: number) {
      return Reflect.apply(read, this, [buffer, from, Math.min(length, 1000), at]) as unknown;
    },
  );
  const pieces: Uint8Array[] = [];
  const body = await source({ file: path });
  for await (const piece of body.pieces) pieces.push(piece); // kept, as a socket keeps what it has no need to drain
  await body.release?.();
  assert.ok(pieces.length > 3000);
  assert.ok(Buffer.concat(pieces).equals(bytes));
});

test('A read that fails when nobody wants it any more disturbs nobody', async (context) => {
  const path = file('fails', pattern(3 * MEGABYTE));
  const body = await source({ file: path });
  const handle = await open(path);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { read } = prototype;
  context.mock.method(prototype, 'read', function (this: FileHandle, ...args: readonly unknown[]) {
    if (args[3] === 0) return Reflect.apply(read, this, args) as unknown;
    return Promise.reject(new Error('the disk is gone'));
  });
  const unheard: unknown[] = [];
  const hear = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', hear);
  for await (const piece of body.pieces) {
    assert.equal(piece.length, MEGABYTE);
    await new Promise((resolve) => setImmediate(resolve));
    break;
  }
  await body.release?.();
  process.off('unhandledRejection', hear);
  assert.deepEqual(unheard, []);
});
