/** A table of options in a help text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionLines } from '../../../src/cli/option-lines.ts';

test('optionLines wraps a long text under itself', () => {
  const about = 'word '.repeat(30).trim();
  const lines = optionLines({ file: { kind: 'text', value: 'FILE', about } }).split('\n');
  assert.match(lines[0]!, /^ {2}--file FILE {2}word/);
  assert.match(lines[1]!, /^ {15}word/);
  assert.equal(lines.join(' ').match(/word/g)!.length, 30);
});
