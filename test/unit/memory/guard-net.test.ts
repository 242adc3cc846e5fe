/**
 * What counts as a wake-up that only the net of the guard delivered. The kernel is played: a sleep ends as its time is
 * up, and what others do just then happens in the midst of the system calls.
 */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Guard, OWNER_DIED } from '../../../src/memory/guard.ts';
import { libc, type RobustList } from '../../../src/platform/index.ts';
import { makeProbe } from '../../fixtures/memory/probes.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const WAITERS = 1 << 31;
const ETIMEDOUT = 110;
const FUTEX_WAKE_OP = 5;

interface Play {
  /** What others do while the waiter sleeps, and nobody wakes it. */
  sleep(): void;
  /** What others do when a release is about to store and wake. */
  wake?(storeAndWake: () => number): number;
}

type Who = Record<'holder' | 'waiter' | 'other', Guard>;

/** Three who use one guard, all of them this thread. */
function play(t: TestContext, make: (who: Who) => Play): Who & { words: Int32Array; hits(): number } {
  const { words, guard } = makeProbe();
  const c = libc();
  const { syscall, errno, numbers } = c;
  let isTimedOut = false;
  let hits = 0;
  t.mock.method(c, 'errno', () => (isTimedOut ? ETIMEDOUT : errno()));
  t.mock.method(c, 'syscall', (...args: Parameters<typeof syscall>) => {
    isTimedOut = false;
    if (args[0] !== numbers.futex) return syscall(...args);
    const storeAndWake = (): number => syscall(...args);
    if (args[2] === FUTEX_WAKE_OP) return acts.wake ? acts.wake(storeAndWake) : storeAndWake();
    acts.sleep();
    isTimedOut = true;
    return -1;
  });
  const enter = (tid: number): Guard => {
    const robust = { tid, pending: new Float64Array(3), nodeBits: () => 1 } as unknown as RobustList;
    return new Guard(words, guard.address, { robust, tag: tid, countNetHit: () => void hits++ });
  };
  const who = { holder: enter(101), waiter: enter(102), other: enter(103) };
  const acts = make(who);
  return { ...who, words, hits: (): number => hits };
}

test('A guard that is left without a wake-up while somebody sleeps before it is a hit', (t) => {
  const { holder, waiter, words, hits } = play(t, () => ({
    sleep: () => void Atomics.store(words, 0, 0), // as a release that knows of no sleepers
  }));
  holder.take();
  assert.equal(waiter.take(), false);
  assert.equal(hits(), 1);
  waiter.give();
});

test('A sleeper whose time is up just before it is woken counts no hit, though others have come and gone', (t) => {
  const { holder, waiter, hits } = play(t, (who) => ({
    sleep() {
      who.holder.give();
      for (const next of [who.other, who.holder]) {
        next.take();
        next.give();
      }
    },
  }));
  holder.take();
  assert.equal(waiter.take(), false);
  assert.equal(hits(), 0);
  waiter.give();
});

test('A release that was about to wake when a sleeper came is no hit, though others have come and gone', (t) => {
  let release: (() => number) | undefined;
  const { holder, waiter, words, hits } = play(t, (who) => ({
    sleep() {
      release?.();
      who.other.take();
      who.other.give();
    },
    wake(storeAndWake) {
      release = storeAndWake;
      who.waiter.take();
      return 0;
    },
  }));
  holder.take();
  Atomics.or(words, 0, WAITERS);
  holder.give();
  assert.equal(hits(), 0);
  waiter.give();
});

test('A sleeper that looks by itself after a death, or after one who left as if dead, counts no hit', (t) => {
  const deaths: ((holder: Guard, words: Int32Array) => void)[] = [
    (_, words) => void Atomics.store(words, 0, OWNER_DIED | WAITERS), // as the kernel does
    (holder) => holder.give(false),
  ];
  for (const die of deaths) {
    const { holder, waiter, words, hits } = play(t, (who) => ({ sleep: () => die(who.holder, words) }));
    holder.take();
    assert.equal(waiter.take(), true);
    assert.equal(hits(), 0);
    waiter.give();
    t.mock.restoreAll();
  }
});
