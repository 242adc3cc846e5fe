/** Places and times at the command line, and what is none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, textOfPlace, timeOf } from '../../../../../src/cli/rush/listen/places.ts';
import { UsageError } from '../../../../../src/cli/usage-error.ts';
import { says } from '../../scratch.ts';

test('placeOf takes a port, and a host before it', () => {
  for (const [text, host, port] of [
    ['7000', '127.0.0.1', 7000],
    ['0', '127.0.0.1', 0],
    ['0.0.0.0:65535', '0.0.0.0', 65_535],
    ['office.example:80', 'office.example', 80],
    ['[::1]:7000', '::1', 7000],
  ] as const)
    assert.deepEqual(placeOf('--listen', text), { host, port });
});

test('placeOf refuses what is no place, and shows the form', () => {
  for (const text of ['', 'x', ':7000', '65536', '-1', '::1:7000', 'a b:7', 'http://a:7', 'a/b:7'])
    assert.throws(() => placeOf('--listen', text), UsageError, text);
  const rule = '--web must be [HOST:]PORT, such as 7000 or 0.0.0.0:7000: it is "x"';
  assert.throws(() => placeOf('--web', 'x'), says(UsageError, rule));
});

test('textOfPlace is what placeOf takes', () => {
  for (const text of ['127.0.0.1:7000', '[::1]:7', 'office:80'])
    assert.equal(textOfPlace(placeOf('--listen', text)), text);
});

test('timeOf takes seconds and other units, and nothing that is no time', () => {
  for (const [text, ms] of [
    ['10s', 10_000],
    ['500ms', 500],
    ['1.5', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ] as const)
    assert.equal(timeOf('--for', text), ms);
  for (const text of ['', '0', '0s', '-1s', '10 s', 's', '1d', '999h', '1e3'])
    assert.throws(() => timeOf('--for', text), UsageError, text);
});
