/** Why connections are over, and the errors that say so. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError } from '../../../../src/base/index.ts';
import {
  Ending,
  IS_CLOSED,
  OTHER_ENDED,
  SERVER_CLOSES,
  THIS_CLOSED,
  THIS_ENDED,
} from '../../../../src/net/connection/ending.ts';

test('An ending makes an error for each who asks, without a stack, and leaves the limit on stacks as it was', () => {
  const cause = new Error('below');
  const ending = new Ending('broken', 'it was lost', { errno: 'ECONNRESET' }, cause);
  const limit = Error.stackTraceLimit;
  const [one, two] = [ending.error as DuodaoError, ending.error];
  assert.equal(Error.stackTraceLimit, limit);
  assert.notEqual(one, two);
  assert.ok(one instanceof DuodaoError);
  assert.deepEqual(
    [one.code, one.message, one.facts, one.cause],
    ['broken', 'it was lost', { errno: 'ECONNRESET' }, cause],
  );
  assert.doesNotMatch(String(one.stack), /\n/);
});

test('An ending without a cause makes an error that has none', () => {
  const { error } = new Ending('closed', 'over');
  assert.equal(Object.hasOwn(error, 'cause'), false);
  assert.deepEqual((error as DuodaoError).facts, {});
});

test('What was thrown already is the error, with its code', () => {
  const own = new DuodaoError('over-limit', 'too long');
  assert.deepEqual([Ending.of(own).code, Ending.of(own).error], ['over-limit', own]);
  const other = new TypeError('mine');
  assert.deepEqual([Ending.of(other).code, Ending.of(other).error], ['protocol', other]);
  const odd = Object.create(null) as object;
  assert.equal(Ending.of(odd).error, odd);
});

test('Nothing, when that was thrown, is told in words', () => {
  for (const nothing of [undefined, null, 0, '', false]) {
    const { error } = Ending.of(nothing);
    assert.equal(error.message, `A decoder threw ${String(nothing)}`);
    assert.equal((error as DuodaoError).code, 'protocol');
  }
});

test('The endings that everybody has say that somebody closed', () => {
  for (const one of [OTHER_ENDED, THIS_ENDED, THIS_CLOSED, IS_CLOSED, SERVER_CLOSES]) {
    assert.equal(one.code, 'closed');
    assert.match(one.error.message, /^Cannot (?:receive|send|use this connection) as /);
  }
});
