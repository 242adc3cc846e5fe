/** Amounts as people write them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millisecondsIn, parseBytes, parseJobs, parseMemory, parseTime } from '../../../src/cli/amounts.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

test('parseMemory reads units of 1024', () => {
  assert.equal(parseMemory('--memory', '500M'), 500 * 2 ** 20);
  assert.equal(parseMemory('--memory', '1.5g'), 1.5 * 2 ** 30);
  assert.equal(parseMemory('--memory', '2097152'), 2 ** 21);
});

test('parseMemory refuses what is none, or too little for anything', () => {
  for (const text of ['', '500MB', '-1M', '1K', '0', 'M', '1e9', '99999999T'])
    assert.throws(() => parseMemory('--memory', text), UsageError, text);
});

test('parseJobs reads a number, or a share of the processors that is at least one', () => {
  assert.equal(parseJobs('--jobs', '3', 8), 3);
  assert.equal(parseJobs('--jobs', '50%', 8), 4);
  assert.equal(parseJobs('--jobs', '1%', 2), 1);
  assert.equal(parseJobs('--jobs', '200%', 8), 16);
});

test('parseJobs refuses none, fractions, and more than the limit', () => {
  for (const text of ['0', '0%', '-1', '1.5', 'many', '257', '', '5000%'])
    assert.throws(() => parseJobs('--jobs', text, 8), /^UsageError: --jobs must be/, text);
});

test('parseBytes has the least, and the words for it, of who asks', () => {
  assert.equal(parseBytes('--max-message', '64K', 1, 'such as 64K'), 2 ** 16);
  assert.equal(parseBytes('--max-message', '1', 1, 'such as 64K'), 1);
  assert.throws(
    () => parseBytes('--x', '0', 1, 'such as 64K'),
    /^UsageError: --x must be an amount such as 64K: it is "0"$/,
  );
});

test('parseTime reads units, seconds without, and whole milliseconds', () => {
  assert.equal(parseTime('--drain', '0', 0), 0);
  assert.equal(parseTime('--drain', '30s', 1), 30_000);
  assert.equal(parseTime('--drain', '2m', 1), 120_000);
  assert.equal(parseTime('--drain', '1.5', 1), 1500);
  assert.equal(parseTime('--drain', '1.6ms', 1), 2);
  assert.equal(millisecondsIn('1.6ms'), 1.6);
});

test('parseTime refuses what is no time, too short, or longer than a timer holds', () => {
  for (const text of ['', '0', '0.1ms', '-1', '5 s', '2d', '50%', '1000h'])
    assert.throws(() => parseTime('--drain', text, 1), /^UsageError: --drain must be a time such as/, text);
});
