/**
 * What an event promises between participants, the same for processes and for worker threads: all who waited when it
 * was set go on, also if it is cleared at once, and the dead are in nobody's way.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Event, Queue } from '../../src/index.ts';
import { waitForEvent } from '../fixtures/sync/permits.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const FORMS = ['awaits', 'blocks'] as const;

for (const kind of KINDS) {
  test(`Event.set() with clear() at once wakes each ${kind} that waited`, async () => {
    const event = new Event();
    const told = new Queue<string>();
    const forms = [...FORMS, ...FORMS];
    const waiters = await Promise.all(forms.map((form) => start(kind, waitForEvent, [event, told, form])));
    const mine = event.wait(HANG_GUARD);
    await until('all wait', () => event.stats().waiting === 5);
    event.set();
    event.clear();
    assert.equal(event.isSet, false);
    await mine;
    for (const waiter of waiters) assert.equal(await waiter.result(), 'went on');
  });

  test(`A ${kind} killed while it waits does not keep set() from returning, nor others from going on`, async () => {
    const event = new Event();
    const told = new Queue<string>();
    const waiters = await Promise.all(FORMS.map((form) => start(kind, waitForEvent, [event, told, form])));
    await until('both wait', () => event.stats().waiting === 2);
    await waiters[0]?.kill();
    event.set();
    assert.equal(await waiters[1]?.result(), 'went on');
    assert.equal(event.isSet, true);
  });
}
