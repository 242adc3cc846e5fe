/** Files line by line: cut right at every size, and honest about bytes that are no text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { eachLine } from '../../../src/cli/lines.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { fileIn, inFolder, says } from './scratch.ts';

type Taken = [text: string | undefined, number: number, ended: boolean];

async function linesOf(path: string): Promise<Taken[]> {
  const lines: Taken[] = [];
  await eachLine(path, (...line) => {
    lines.push(line);
  });
  return lines;
}

test('eachLine numbers lines, drops CR before LF, and says whether the last one has ended', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'a', 'one\r\n\ntwo\rstill two\nthree');
    assert.deepEqual(await linesOf(path), [
      ['one', 1, true],
      ['', 2, true],
      ['two\rstill two', 3, true],
      ['three', 4, false],
    ]);
  }));

test('eachLine takes no line from an empty file', () =>
  inFolder(async (folder) => {
    assert.deepEqual(await linesOf(await fileIn(folder, 'a', '')), []);
  }));

test('eachLine drops a byte order mark before the first line only', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'a', '\uFEFFone\n\uFEFFtwo\n');
    assert.deepEqual(await linesOf(path), [
      ['one', 1, true],
      ['\uFEFFtwo', 2, true],
    ]);
    const alone = await fileIn(folder, 'b', '\uFEFFone');
    assert.deepEqual(await linesOf(alone), [['one', 1, false]]);
  }));

test('eachLine does not cut at U+2028, which may stand inside a JSON text', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'a', '"a\u2028b\u2029c\u0085d"\n');
    assert.deepEqual(await linesOf(path), [['"a\u2028b\u2029c\u0085d"', 1, true]]);
  }));

test('eachLine calls only those lines bad whose bytes are not UTF-8', () =>
  inFolder(async (folder) => {
    const bad = Buffer.from([0xff, 0xfe, 0x0a]);
    const parts = ['\uFEFF王\n', bad, '李\r\n', Buffer.from([0xe7, 0x8e])].map((part) => Buffer.from(part));
    assert.deepEqual(await linesOf(await fileIn(folder, 'a', Buffer.concat(parts))), [
      ['王', 1, true],
      [undefined, 2, true],
      ['李', 3, true],
      [undefined, 4, false],
    ]);
  }));

test('eachLine gives back any text whole, however lines fall on the blocks it reads', () =>
  inFolder(async (folder) => {
    // Lines about as long as a block (256 KiB), in characters of three bytes, so that blocks end inside them.
    const line = fc.tuple(fc.constantFrom(0, 1, 40_000, 87_381, 200_000), fc.constantFrom('王', 'x'));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), fc.boolean(), async (shapes, ended) => {
        const lines = shapes.map(([length, character], index) => index + character.repeat(length));
        const path = await fileIn(folder, 'a', lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
        const taken = await linesOf(path);
        assert.deepEqual(
          taken.map(([text]) => text),
          lines,
        );
        assert.deepEqual(
          taken.map(([, number]) => number),
          lines.map((_, index) => index + 1),
        );
        assert.ok(taken.every(([, number, has]) => has === (ended || number < lines.length)));
      }),
      { numRuns: 25 },
    );
  }));

test('eachLine refuses a line that does not end within 1 MiB', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'a', `one\n${'x'.repeat(3_000_000)}`);
    const message = `${path}:2: the line is longer than 1048576 bytes`;
    await assert.rejects(linesOf(path), says(UsageError, message));
  }));

test('eachLine says why a file cannot be read', () =>
  inFolder(async (folder) => {
    const missing = `${folder}/no`;
    await assert.rejects(
      linesOf(missing),
      says(UsageError, `Cannot read ${missing} as there is no such file or folder`),
    );
    await assert.rejects(linesOf(folder), says(UsageError, `Cannot read ${folder} as it is a folder`));
  }));

test('eachLine closes the file when its taker throws', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'a', 'one\n');
    const error = new Error('enough');
    const { readdirSync, readlinkSync } = await import('node:fs');
    const open = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`) === path;
        } catch {
          return false; // the descriptor of the listing itself
        }
      }).length;
    await assert.rejects(
      eachLine(path, () => {
        assert.equal(open(), 1);
        throw error;
      }),
      error,
    );
    assert.equal(open(), 0);
  }));
