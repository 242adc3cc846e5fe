/** Waiting for a promise for no longer than is wanted. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { within } from '../../../src/pool/within.ts';

const never = new Promise<never>(() => undefined);

test('within() gives what the promise comes to, well or not', async () => {
  const { signal } = new AbortController();
  assert.equal(await within(Promise.resolve(1), 'It', undefined), 1);
  assert.equal(await within(Promise.resolve(1), 'It', { timeoutMs: 60_000, signal }), 1);
  await assert.rejects(within(Promise.reject(new RangeError('no')), 'It', { timeoutMs: 60_000 }), RangeError);
});

test('within() ends by the time, by the signal, and at once by one that was aborted before', async () => {
  await assert.rejects(within(never, 'It', { timeoutMs: 1 }), { code: 'timed-out', message: /It/ });
  const controller = new AbortController();
  const waiting = within(never, 'It', { signal: controller.signal });
  controller.abort('enough');
  await assert.rejects(waiting, (reason) => reason === 'enough');
  await assert.rejects(
    within(Promise.resolve(1), 'It', { signal: controller.signal }),
    (reason) => reason === 'enough',
  );
});

test('within() refuses times that are none', () => {
  assert.throws(() => within(never, 'It', { timeoutMs: Number.NaN }), RangeError);
});
