/** What takes how many columns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charactersOf, columnsOf } from '../../../examples/chat/width.ts';

test('A text takes the columns that terminals give it', () => {
  const table: Readonly<Record<string, number>> = {
    '': 0,
    abc: 3,
    'cafe\u0301': 4,
    中文: 4,
    한국: 4,
    '\u1112\u1161\u11ab': 2, // the same as 한, in parts
    ｗｉｄｅ: 8,
    '👍': 2,
    '👍🏽': 2,
    '👩‍👩‍👧': 2,
    '🇨🇳': 2,
    '❤️': 2,
    '1️⃣': 2,
    '©': 1,
    '–': 1,
    é͜͡: 1,
  };
  for (const [text, columns] of Object.entries(table)) assert.equal(columnsOf(text), columns, text);
});

test('A character is what people take for one', () => {
  assert.deepEqual(charactersOf('ae\u0301👩‍👩‍👧🇨🇳中'), ['a', 'e\u0301', '👩‍👩‍👧', '🇨🇳', '中']);
});
