/** Text in columns: Chinese names take two each, colours none, and nothing out of a file moves the cursor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  clip,
  columnsOf,
  counted,
  escaped,
  grouped,
  jsonText,
  padLeft,
  padRight,
  printable,
  withoutColour,
} from '../../../src/cli/text.ts';

test('columnsOf counts two for wide characters, none for marks and colours', () => {
  assert.equal(columnsOf('G1'), 2);
  assert.equal(columnsOf('复兴号G1'), 8);
  assert.equal(columnsOf('e\u0301'), 1);
  assert.equal(columnsOf('😀'), 2);
  assert.equal(columnsOf('\u001b[32m##\u001b[0m'), 2);
  assert.equal(columnsOf('한국ガｶ'), 7);
});

test('clip cuts before a wide character that would not fit', () => {
  assert.equal(clip('复兴号', 5), '复兴');
  assert.equal(clip('abc', 2), 'ab');
  assert.equal(clip('abc', 3), 'abc');
  assert.equal(clip('abc', 0), '');
});

test('padLeft and padRight fill exactly the columns, for any text', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '王', '\u0301', '😀', ' ') });
  fc.assert(
    fc.property(text, fc.nat(20), (given, columns) => {
      assert.equal(columnsOf(padLeft(given, columns)), columns);
      assert.equal(columnsOf(padRight(given, columns)), columns);
      assert.ok(padRight(given, columns).startsWith(clip(given, columns)));
      assert.ok(padLeft(given, columns).endsWith(clip(given, columns)));
    }),
  );
});

test('printable replaces what would move the cursor', () => {
  assert.equal(printable('G1\u001b[2J\r\n\u009b\u2028王'), 'G1?[2J????王');
});

test('withoutColour leaves the plain text', () => {
  assert.equal(withoutColour('a\u001b[1;31mb\u001b[0mc'), 'abc');
});

test('grouped sets commas as people read numbers', () => {
  assert.deepEqual([0, 999, 1000, 1234567, 12.7].map(grouped), ['0', '999', '1,000', '1,234,567', '13']);
  assert.equal(grouped(-1234), '-1,234');
});

test('escaped shows what would drive a terminal, and leaves the rest', () => {
  assert.equal(
    escaped('\u001b[31m\u009b1m\u202e复兴号 e\u0301 😀'),
    '\\u001b[31m\\u009b1m\\u202e复兴号 e\u0301 😀',
  );
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => !/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]/u.test(escaped(text)),
    ),
  );
});

test('jsonText is JSON without anything that drives a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = jsonText({ text });
      assert.deepEqual(JSON.parse(json), { text });
      assert.doesNotMatch(json, /\p{Cc}/u);
    }),
  );
});

test('counted has the plural, also of a word that ends with s', () => {
  const texts = [counted(1, 'process'), counted(0, 'process'), counted(1234, 'thread')];
  assert.deepEqual(texts, ['1 process', '0 processes', '1,234 threads']);
});
