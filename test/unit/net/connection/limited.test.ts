/** How waits of connections end early. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import test from 'node:test';
import type { DuodaoError } from '../../../../src/base/index.ts';
import { limit, overAtOnce } from '../../../../src/net/connection/limited.ts';

test('A wait that may begin is not over at once', () => {
  for (const wait of [
    undefined,
    {},
    { timeoutMs: 0 },
    { timeoutMs: 5, signal: new AbortController().signal },
  ])
    assert.equal(overAtOnce(wait), undefined);
});

test('A wait that is called off rejects with the reason, whatever that is, and one that is none is refused', async () => {
  const reason = { any: 'thing' };
  await assert.rejects(overAtOnce({ signal: AbortSignal.abort(reason) })!, (thrown) => thrown === reason);
  await assert.rejects(overAtOnce({ timeoutMs: -1 })!, RangeError);
  await assert.rejects(overAtOnce({ timeoutMs: Number.NaN })!, RangeError);
  await assert.rejects(overAtOnce({ timeoutMs: '1' as never })!, TypeError);
});

test('Time that is over is told once, in words that say what did not happen', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const reasons: unknown[] = [];
  limit({ timeoutMs: 50 }, 'A message', (reason) => reasons.push(reason));
  context.mock.timers.tick(49);
  assert.equal(reasons.length, 0);
  context.mock.timers.tick(1);
  context.mock.timers.tick(1000);
  assert.equal(reasons.length, 1);
  const { code, message, facts } = reasons[0] as DuodaoError;
  assert.deepEqual(
    [code, message, facts],
    ['timed-out', 'A message did not happen within 50 ms', { timeoutMs: 50 }],
  );
});

test('A wait that is over before its time hears nothing more, and leaves no listener', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const controller = new AbortController();
  const over = limit({ timeoutMs: 50, signal: controller.signal }, 'A message', () => assert.fail());
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
  over();
  context.mock.timers.tick(100);
  controller.abort();
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('A signal ends a wait with its reason', () => {
  const controller = new AbortController();
  const reasons: unknown[] = [];
  limit({ signal: controller.signal }, 'A message', (reason) => reasons.push(reason));
  controller.abort('enough');
  assert.deepEqual(reasons, ['enough']);
});

test('Times that no timer can take are no limit', (context) => {
  const set = context.mock.method(globalThis, 'setTimeout');
  for (const timeoutMs of [undefined, Number.POSITIVE_INFINITY, 2 ** 31])
    limit({ timeoutMs }, 'A message', () => assert.fail())();
  assert.equal(set.mock.callCount(), 0);
  limit({ timeoutMs: 2 ** 31 - 1 }, 'A message', () => assert.fail())();
  assert.equal(set.mock.callCount(), 1);
});
