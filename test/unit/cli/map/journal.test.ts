/** Results in shared memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doneLine, entryOf, failedLine, Journal } from '../../../../src/cli/map/journal.ts';
import { endsClean } from '../../../harness/clean-end.ts';

endsClean();

test('What one side adds to a slot, the other one reads, up to what is whole', () => {
  const journal = new Journal(2);
  const other = new Journal(journal.parts);
  assert.deepEqual(other.lines(1), []);
  assert.equal(journal.add(1, '+1\t"票"\n'), true);
  assert.equal(journal.add(1, '+2\t2\n'), true);
  assert.deepEqual(other.lines(1), ['+1\t"票"', '+2\t2']);
  assert.deepEqual(other.lines(0), []);
  other.clear(1);
  assert.deepEqual(journal.lines(1), []);
});

test('A line that does not fit is refused, and nothing has changed; one that just fits is taken', () => {
  const journal = new Journal(2);
  const line = `${'票'.repeat(10_000)}\n`;
  assert.deepEqual([journal.add(0, line), journal.add(0, line), journal.add(0, line)], [true, true, false]);
  const rest = `${'x'.repeat(2 ** 16 - 2 * Buffer.byteLength(line) - 1)}\n`;
  assert.equal(journal.add(0, `x${rest}`), false);
  assert.equal(journal.add(0, rest), true);
  assert.equal(journal.lines(0).length, 3);
  assert.deepEqual(journal.lines(1), []);
});

test('entryOf reads what the lines say', () => {
  assert.deepEqual(entryOf(doneLine(1.25, '{"a":"\\t"}').trimEnd()), { tookMs: 1.25, value: '{"a":"\\t"}' });
  const error = Object.assign(new TypeError('no\nway'), { code: 'ENO' });
  const { tookMs, value, reason } = entryOf(failedLine(2, error).trimEnd());
  const { name, message, stack, code } = reason as Error & { code?: string };
  assert.deepEqual(
    [tookMs, value, name, message, stack, code],
    [2, undefined, 'TypeError', 'no\nway', error.stack, 'ENO'],
  );
});

test('What is thrown and is no error is said as a text', () => {
  for (const [thrown, message] of [
    ['x', 'x'],
    [undefined, 'undefined'],
    [7n, '7'],
  ] as const)
    assert.equal(entryOf(failedLine(0, thrown).trimEnd()).reason?.message, message);
});
