/** Keys from what terminals send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Key, KeyReader } from '../../../examples/chat/keys.ts';

/** Keys in one line: names as they are, text in quotes. */
function brief(keys: readonly Key[]): string {
  return keys.map((key) => (key.kind === 'text' ? `'${key.text}'` : key.kind)).join(' ');
}

function keysOf(...pieces: readonly (string | Buffer)[]): string {
  const reader = new KeyReader();
  return brief(pieces.flatMap((piece) => reader.read(Buffer.from(piece))));
}

test('Each key does what it does in other programs', () => {
  const table: Readonly<Record<string, string>> = {
    abc: "'abc'",
    'a b': "'a b'",
    中é: "'中é'",
    '\r': 'enter',
    '\n': 'enter',
    '\r\n': 'enter',
    '\r\r\n\n': 'enter enter enter',
    'a\rb': "'a' enter 'b'",
    '\u007f\b': 'backspace backspace',
    '\u001b[A\u001b[B\u001b[C\u001b[D': 'up down right left',
    '\u001bOA\u001bOB\u001bOC\u001bOD\u001bOH\u001bOF': 'up down right left home end',
    '\u001b[H\u001b[F\u001b[1~\u001b[4~\u001b[7~\u001b[8~': 'home end home end home end',
    '\u001b[3~': 'delete',
    '\u001b[1;5C\u001b[1;3D\u001bb\u001bf': 'word-right word-left word-left word-right',
    '\u001b[1;2A': 'up',
    '\u001b[3;5~': 'delete',
    '\u0001\u0005\u0002\u0006\u0010\u000e': 'home end left right up down',
    '\u0015\u000b\u0017\u001b\u007f': 'cut-line cut-rest cut-word cut-word',
    '\u0003\u0004\f\u001a': 'interrupt end-of-file clear suspend',
    'constructor\ttoString': "'constructor' 'toString'",
  };
  for (const [bytes, keys] of Object.entries(table)) assert.equal(keysOf(bytes), keys, JSON.stringify(bytes));
});

test('What is no key of ours does nothing, and what comes behind it is read', () => {
  for (const nothing of [
    '\u001b[5~',
    '\u001b[200~',
    '\u001b[?62;1c',
    '\u001b[<0;12;3M',
    '\u001bx',
    '\t',
    '\u0000',
    '\u009b',
    '\u202e',
    '\u200b',
    '\u001b\u001b\u001b[5~',
  ])
    assert.equal(keysOf(`${nothing}z`), "'z'", JSON.stringify(nothing));
});

test('A sequence that does not end is given up', () => {
  assert.match(keysOf(`\u001b[${'1'.repeat(100)}`, 'z\r'), /z' enter$/);
});

test('Keys are the same however their bytes are cut', () => {
  const piece = fc.constantFrom(
    'a',
    '中',
    '😀',
    '\u001b[A',
    '\u001b[3~',
    '\u001b[1;5C',
    '\u001bOH',
    '\r',
    '\u007f',
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(100)), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(''));
      const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const cut = places.map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
      const joined = (text: string): string => text.replaceAll("' '", '');
      assert.equal(joined(keysOf(...cut)), joined(keysOf(bytes)));
    }),
  );
});
