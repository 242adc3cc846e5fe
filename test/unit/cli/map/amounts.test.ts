/** Amounts as people write them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBytes, parseJobs } from '../../../../src/cli/map/amounts.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';

test('parseBytes reads units of 1024', () => {
  assert.equal(parseBytes('--memory', '500M'), 500 * 2 ** 20);
  assert.equal(parseBytes('--memory', '1.5g'), 1.5 * 2 ** 30);
  assert.equal(parseBytes('--memory', '2097152'), 2 ** 21);
});

test('parseBytes refuses what is none, or too little for anything', () => {
  for (const text of ['', '500MB', '-1M', '1K', '0', 'M', '1e9', '99999999T'])
    assert.throws(() => parseBytes('--memory', text), UsageError, text);
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
