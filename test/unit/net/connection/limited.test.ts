/** How waits of connections end early. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import test from 'node:test';
import { limit, overAtOnce, rest } from '../../../../src/net/connection/limited.ts';

test('A wait that may begin is not over at once', () => {
  for (const wait of [
    undefined,
    {},
    { timeoutMs: 0 },
    { timeoutMs: 5, signal: new AbortController().signal },
  ])
    assert.equal(overAtOnce(wait), undefined);
});

test('A wait that is called off rejects with its reason, and one that is no wait is refused', async () => {
  const reason = { any: 'thing' };
  await assert.rejects(overAtOnce({ signal: AbortSignal.abort(reason) })!, (thrown) => thrown === reason);
  await assert.rejects(overAtOnce({ timeoutMs: -1 })!, RangeError);
  await assert.rejects(overAtOnce({ timeoutMs: Number.NaN })!, RangeError);
  await assert.rejects(overAtOnce({ timeoutMs: '1' as never })!, TypeError);
});

const LATE = new Error('late');
const late = (): Error => LATE;

test('Time that is over is told once, with the error of one who is late', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const reasons: unknown[] = [];
  limit({ timeoutMs: 50 }, (reason) => reasons.push(reason), late);
  context.mock.timers.tick(49);
  assert.deepEqual(reasons, []);
  context.mock.timers.tick(1);
  context.mock.timers.tick(1000);
  assert.deepEqual(reasons, [LATE]);
});

test('A wait that is over before its time hears nothing more, and leaves no listener', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const controller = new AbortController();
  const over = limit({ timeoutMs: 50, signal: controller.signal }, () => assert.fail(), late);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
  over();
  context.mock.timers.tick(100);
  controller.abort();
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('A signal ends a wait with its reason', () => {
  const controller = new AbortController();
  const reasons: unknown[] = [];
  limit({ signal: controller.signal }, (reason) => reasons.push(reason), late);
  controller.abort('enough');
  assert.deepEqual(reasons, ['enough']);
});

test('Times that no timer can take are no limit', (context) => {
  const set = context.mock.method(globalThis, 'setTimeout');
  for (const timeoutMs of [undefined, Number.POSITIVE_INFINITY, 2 ** 31])
    limit({ timeoutMs }, () => assert.fail(), late)();
  assert.equal(set.mock.callCount(), 0);
  limit({ timeoutMs: 2 ** 31 - 1 }, () => assert.fail(), late)();
  assert.equal(set.mock.callCount(), 1);
});

test('What is left of a wait is what its deadline leaves, and its signal', (context) => {
  context.mock.method(performance, 'now', () => 1000);
  const { signal } = new AbortController();
  assert.deepEqual(rest({ timeoutMs: 100, signal }, 1040), { timeoutMs: 40, signal });
  assert.deepEqual(rest({ timeoutMs: 100 }, 900), { timeoutMs: 0 });
  for (const [wait, deadline] of [
    [undefined, Number.POSITIVE_INFINITY],
    [{ signal }, Number.POSITIVE_INFINITY],
    [{ timeoutMs: 0 }, 0],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY],
  ] as const)
    assert.equal(rest(wait, deadline), wait);
});
