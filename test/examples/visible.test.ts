/** What of somebody else's text reaches a terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible } from '../../examples/visible.ts';

test('What would drive a terminal or turn the direction of writing is shown as it is written', () => {
  const table: readonly (readonly [string, string])[] = [
    ['\u001b[2J', String.raw`\u001b[2J`],
    ['a\rb\nc\td\u0007', String.raw`a\u000db\u000ac\u0009d\u0007`],
    ['\u009b2J', String.raw`\u009b2J`],
    ['\u007f', String.raw`\u007f`],
    ['\u202eabc\u2066', String.raw`\u202eabc\u2066`],
    ['\u2028\u2029', String.raw`\u2028\u2029`],
    ['a\u200bb\ufeff\u00ad', String.raw`a\u200bb\ufeff\u00ad`],
    ['\ud800x', String.raw`\ud800x`],
    ['\u{e0041}', String.raw`\u{e0041}`],
  ];
  for (const [text, shown] of table) assert.equal(visible(text), shown);
});

test('What people write is shown as it is', () => {
  const text = 'café, cafe\u0301, 中文, العربية, 👩‍👩‍👧, 🇨🇳, ❤️, नमस्ते, می‌خواهم, C:\\new';
  assert.equal(visible(text), text);
});
