/**
 * An event wakes all who waited when it was set, also if it is cleared at once. Between processes and threads:
 * test/conformance/event.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Event, Lock, Queue, ready } from '../../../src/index.ts';
import { BODY_OFFSET, here, referenceOf } from '../../../src/memory/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const timedOut = { name: 'DuodaoError', code: 'timed-out' };

test('Event is not set at first, and set and cleared as often as one likes', () => {
  const event = new Event();
  assert.equal(event.isSet, false);
  event.clear();
  assert.equal(event.isSet, false);
  for (let round = 0; round < 3; round++) {
    event.set();
    event.set();
    assert.equal(event.isSet, true);
    event.clear();
    event.clear();
    assert.equal(event.isSet, false);
  }
});

test('Event.wait() and waitSync() do not wait while it is set, and give nothing', async () => {
  const event = new Event();
  event.set();
  assert.equal(await event.wait(), undefined);
  assert.equal(await event.wait({ timeoutMs: 0 }), undefined);
  assert.equal(event.waitSync(), undefined);
  assert.equal(event.waitSync({ timeoutMs: 0 }), undefined);
});

test('Event.wait() and waitSync() of one that is not set end with their time', async () => {
  const event = new Event();
  for (const timeoutMs of [0, 1]) {
    await assert.rejects(event.wait({ timeoutMs }), timedOut);
    assert.throws(() => event.waitSync({ timeoutMs }), timedOut);
  }
});

test('Event.set() with clear() at once wakes all who waited, and nobody else', async () => {
  const event = new Event();
  const before = Array.from({ length: 5 }, () => event.wait(HANG_GUARD));
  assert.equal(event.stats().waiting, 1); // one thread
  event.set();
  event.clear();
  const after = event.wait({ timeoutMs: 20 });
  await Promise.all(before);
  await assert.rejects(after, timedOut);
});

test('A wait that comes while the event is set goes on, though others wait and it is cleared at once', async () => {
  const event = new Event();
  const first = event.wait(HANG_GUARD);
  event.set();
  const second = event.wait(HANG_GUARD);
  event.clear();
  await Promise.all([first, second]);
});

test('A wait for an event that gives up is gone, and leaves the others', async () => {
  const event = new Event();
  const abort = new AbortController();
  const [first, second] = [event.wait({ signal: abort.signal }), event.wait(HANG_GUARD)];
  abort.abort('changed my mind');
  await assert.rejects(first, (reason) => reason === 'changed my mind');
  event.set();
  await second;
  await assert.rejects(
    event.wait({ signal: AbortSignal.abort('too late') }),
    (reason) => reason === 'too late',
  );
});

test('A wait for an event refuses a bad timeoutMs even when it is set', async () => {
  const event = new Event();
  event.set();
  for (const timeoutMs of [-1, Number.NaN]) {
    await assert.rejects(event.wait({ timeoutMs }), RangeError);
    assert.throws(() => event.waitSync({ timeoutMs }), RangeError);
  }
  assert.throws(() => event.waitSync({ timeoutMs: '5' as never }), TypeError);
});

test('ready() takes an event, and says whether it is set', async () => {
  const [one, other] = [new Event(), new Event()];
  one.set();
  assert.deepEqual(await ready([one, other]), [one]);
  assert.deepEqual([one.isReady, other.isReady], [true, false]);
  const later = ready([other], HANG_GUARD);
  await turn();
  other.set();
  assert.deepEqual(await later, [other]);
});

test('Event.named() gives one event to all who ask for the name', () => {
  const one = Event.named('begun');
  assert.equal(Event.named('begun'), one);
  assert.throws(() => Lock.named('begun'), { name: 'TypeError', message: /"begun".*event/ });
  assert.throws(() => Event.named(''), RangeError);
  assert.throws(() => new Event({ name: '' }), RangeError);
});

test('An event that comes home is the very same object', async () => {
  const queue = new Queue<Event>();
  const event = new Event();
  await queue.put(event);
  assert.equal(await queue.get(), event);
});

test('An event counts its changes beyond 2^31, and stays what it is', async () => {
  const event = new Event();
  const reference = referenceOf(event);
  assert.ok(reference);
  const { words } = here().objects.open(reference);
  words[BODY_OFFSET / 4] = 2 ** 31 - 2;
  event.set();
  assert.equal(event.isSet, true);
  event.clear();
  assert.equal(event.isSet, false);
  assert.equal(words[BODY_OFFSET / 4], -(2 ** 31));
  const wait = event.wait(HANG_GUARD);
  event.set();
  event.clear();
  await wait;
});

test('An event whose guard was left by the dead is put in order by whoever comes next', () => {
  const event = new Event();
  const reference = referenceOf(event);
  assert.ok(reference);
  const { guard, words } = here().objects.open(reference);
  guard.take();
  words[(BODY_OFFSET + 64) / 4] = 0b111;
  guard.give(false);
  event.clear();
  assert.equal(event.stats().waiting, 3);
  words[(BODY_OFFSET + 64) / 4] = 0;
  words[(BODY_OFFSET + 4) / 4] = 0;
});

test('An event gives its memory back when nobody has it any more', async () => {
  const before = await restingBytes();
  (() => {
    for (let index = 0; index < 50; index++) new Event().set();
  })();
  await assertGivenBack(before);
});
