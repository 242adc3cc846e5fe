/** Errors that are told to another side. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuodaoError } from '../../../../src/index.ts';
import { errorField, remoteError } from '../../../../src/net/requests/remote-error.ts';

test('An error is told by name, message and code; its stack only if that is wanted', () => {
  assert.deepEqual(errorField(new RangeError('too big'), false), { name: 'RangeError', message: 'too big' });
  const coded = Object.assign(new Error('gone'), { code: 'ENOENT', path: '/secret' });
  assert.deepEqual(errorField(coded, false), { name: 'Error', message: 'gone', code: 'ENOENT' });
  assert.equal(errorField(new DuodaoError('no-space', 'full'), false).code, 'no-space');
  assert.match(errorField(coded, true).stack ?? '', /remote-error\.test/);
  assert.deepEqual(errorField('a word', true), { name: 'Error', message: 'a word' });
  assert.equal(errorField(undefined, false).message, 'undefined');
});

test('Whatever is thrown can be told, and fits into a header', () => {
  const cannot = { name: 'Error', message: 'What was thrown cannot be put into words' };
  assert.deepEqual(errorField(Object.create(null), false), cannot);
  const evil = new Error('x');
  Object.defineProperty(evil, 'message', {
    get() {
      throw new Error('no');
    },
  });
  assert.deepEqual(errorField(evil, false), cannot);
  const long = new Error('\u0001'.repeat(1e6));
  long.name = '\u0001'.repeat(1e6);
  long.stack = '\u0001'.repeat(1e6);
  const text = JSON.stringify(errorField(Object.assign(long, { code: '\u0001'.repeat(1e6) }), true));
  assert.ok(Buffer.byteLength(text) < 60_000, `${text.length}`);
  const odd = Object.assign(new Error('x'), { name: 5, message: { a: 1 } as unknown as string });
  assert.deepEqual(errorField(odd, false), { name: '5', message: '[object Object]' });
  const { message } = errorField(new Error(`${'x'.repeat(1999)}\u{1f600}`), false);
  assert.equal(message.at(-1), '\ufffd');
});

test('The words of the other side become an error of ours, with theirs as its cause', () => {
  const error = remoteError({ name: 'RangeError', message: 'too big', code: 'E_BIG' });
  assert.equal(error.code, 'remote');
  assert.equal(error.message, 'The request failed on the other side: RangeError: too big');
  assert.deepEqual(error.facts, { name: 'RangeError', message: 'too big', code: 'E_BIG' });
  const { cause } = error as { cause: Error };
  assert.ok(cause instanceof Error && !(cause instanceof RangeError));
  assert.deepEqual(
    [cause.name, cause.message, cause.stack],
    ['RangeError', 'too big', 'RangeError: too big'],
  );
  const traced = remoteError({ name: 'Error', message: 'm', stack: 'Error: m\n  at there' }).cause as Error;
  assert.equal(traced.stack, 'Error: m\n  at there');
});

test('Another side may say anything', () => {
  const said = (field: unknown): unknown[] => {
    const { facts, cause } = remoteError(field);
    return [facts['name'], facts['message'], (cause as Error).message];
  };
  assert.deepEqual(said('in words'), ['Error', 'in words', 'in words']);
  for (const field of [null, true, 5, [], {}, { name: {}, message: [] }])
    assert.deepEqual(said(field), ['Error', '', '']);
  assert.deepEqual(said(JSON.parse('{"__proto__":{"name":"X"}}')), ['Error', '', '']);
  const [name, message] = said({ name: 'x'.repeat(1e5), message: 'y'.repeat(1e5) }) as string[];
  assert.deepEqual([name?.length, message?.length], [128, 2000]);
});
