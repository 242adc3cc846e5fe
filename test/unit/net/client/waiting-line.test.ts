/** Those who wait for their turn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitingLine } from '../../../../src/net/client/waiting-line.ts';
import { rest } from '../../../../src/net/connection/limited.ts';

const late = (): Error => new Error('late');

test('A line serves in the order of places, also those who come back', async () => {
  const line = new WaitingLine<string, string>(() => undefined);
  const all = [line.wait('c', 3, undefined, late), line.wait('d', 4, undefined, late)];
  all.push(line.wait('a', 1, undefined, late), line.wait('b', 2, undefined, late));
  const served: string[] = [];
  for (let one = line.shift(); one; one = line.shift()) {
    served.push(one.item);
    one.resolve(one.item);
  }
  assert.deepEqual(served, ['a', 'b', 'c', 'd']);
  assert.deepEqual(await Promise.all(all), ['c', 'd', 'a', 'b']);
});

test('Who leaves a line before its turn is told why, and is not served', async () => {
  let changes = 0;
  const left: string[] = [];
  const line = new WaitingLine<string, string>(() => changes++);
  const off = new AbortController();
  const wait = (name: string, limits: object): Promise<string> =>
    line.wait(name, 0, limits, late, () => left.push(name));
  const aborted = wait('aborted', { signal: off.signal });
  const slow = wait('slow', { timeoutMs: 1 });
  const patient = wait('patient', { timeoutMs: 3e9 });
  off.abort(new Error('off'));
  await assert.rejects(aborted, /off/);
  await assert.rejects(slow, /late/);
  assert.equal(line.length, 1);
  // A timer that is too long for Node.js would strike after a millisecond.
  await assert.rejects(wait('slower', { timeoutMs: 20 }), /late/);
  assert.equal(line.length, 1);
  assert.deepEqual(left, ['aborted', 'slow', 'slower']);
  assert.equal(changes, 7);
  line.shift()?.resolve('served');
  assert.equal(await patient, 'served');
});

test('A wait without time, or aborted before it begins, never is in line', async () => {
  const line = new WaitingLine<string, string>(() => assert.fail('nothing changes'));
  let left = 0;
  const leave = (): void => void left++;
  await assert.rejects(line.wait('a', 0, { timeoutMs: 0 }, late, leave), /late/);
  const signal = AbortSignal.abort(new Error('off'));
  await assert.rejects(line.wait('a', 0, { timeoutMs: 0, signal }, late, leave), /off/);
  assert.equal(left, 2);
});

test('All who wait can be sent away', async () => {
  const line = new WaitingLine<string, string>(() => undefined);
  const waits = ['a', 'b'].map((name) => line.wait(name, 0, { timeoutMs: 1e6 }, late));
  line.rejectAll(new Error('closed'));
  for (const wait of waits) await assert.rejects(wait, /closed/);
  assert.equal(line.length, 0);
});

test('What is left of a wait gets less, and never negative', () => {
  const soon = performance.now() + 1000;
  const left = rest({ timeoutMs: 5000 }, soon)?.timeoutMs;
  assert.ok(left !== undefined && left <= 1000 && left > 0);
  assert.equal(rest({ timeoutMs: 5000 }, 1)?.timeoutMs, 0);
  assert.deepEqual(rest({ timeoutMs: 0 }, 0), { timeoutMs: 0 });
  assert.equal(rest(undefined, Number.POSITIVE_INFINITY), undefined);
});
