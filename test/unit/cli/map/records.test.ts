/** Bytes cut into records, wherever the blocks happen to end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordsOf, type Separator } from '../../../../src/cli/map/records.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';

async function* blocks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function cut(bytes: Buffer | string, size: number, separator: Separator = '\n'): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const batch of recordsOf(blocks(Buffer.from(bytes), size), separator, 'x')) found.push(...batch);
  return found;
}

test('Records are the same wherever blocks end', async () => {
  const text = 'eins\n\nzwölf\r\n票\nlast';
  for (let size = 1; size <= Buffer.byteLength(text); size++)
    assert.deepEqual(await cut(text, size), ['eins', '', 'zwölf', '票', 'last'], `blocks of ${size}`);
});

test('A last separator begins no further record, and nothing has none', async () => {
  assert.deepEqual(await cut('a\nb\n', 3), ['a', 'b']);
  assert.deepEqual(await cut('\n', 3), ['']);
  assert.deepEqual(await cut('', 3), []);
});

test('A zero byte keeps line feeds and carriage returns', async () => {
  assert.deepEqual(await cut('a\nb\r\0c\0', 2, '\0'), ['a\nb\r', 'c']);
});

test('A byte order mark is dropped at the start only', async () => {
  assert.deepEqual(await cut('\uFEFFa\n\uFEFFb', 64), ['a', '\uFEFFb']);
});

test('A record that is not UTF-8 is undefined, and those around it are as they are', async () => {
  const bytes = Buffer.concat([Buffer.from('ä\r\n'), Buffer.from([0xff, 0x0a]), Buffer.from('c')]);
  for (const size of [1, 3, 64]) assert.deepEqual(await cut(bytes, size), ['ä', undefined, 'c']);
});

test('A record without an end is refused before it fills the memory', async () => {
  const block = Buffer.alloc(2 ** 22, 'x');
  let given = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) {
      given++;
      yield block;
    }
  }
  await assert.rejects(async () => {
    for await (const batch of recordsOf(endless(), '\n', 'big.txt')) assert.fail(String(batch.length));
  }, new UsageError('Cannot read big.txt as one of its items is longer than 67108864 bytes'));
  assert.equal(given, 17);
});
