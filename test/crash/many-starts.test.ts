/**
 * Starts in numbers: a loop that starts many processes and waits for none of them, and one that comes to the limit of
 * participants. How many starts: DUODAO_STARTS, 24 if it is not set.
 */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { readdirSync } from 'node:fs';
import { afterEach, before, test, type TestContext } from 'node:test';
import { type Exit, Process, processTable, Queue, Thread } from '../../src/index.ts';
import { AT, SLOT_BYTES, SLOT_LIMIT } from '../../src/memory/arena.ts';
import { here } from '../../src/memory/here.ts';
import type { Life } from '../../src/process/life.ts';
import { leaveGate, passGate } from '../../src/process/start/boot-gate.ts';
import { checkRoom } from '../../src/process/start/refusals.ts';
import * as targets from '../fixtures/processes/targets.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until, usedBytes } from '../harness/tree.ts';

endsClean();
afterEach(endChildren);

const STARTS = Number(process.env['DUODAO_STARTS'] ?? 24);
/** How many may boot at once: see boot-gate.ts. */
const BOOTS_AT_ONCE = Math.max(4, 2 * availableParallelism());
/** To look at a table of many costs more than to start one of them. */
const LOOKS = 60;

let resting = 0;
before(async () => {
  await (await new Process({ target: targets.nothing }).start()).join(HANG_GUARD);
  resting = await restingBytes();
});

/** The most that there ever was of each. */
class Peaks {
  #at: Record<string, number> = {};

  look(t: TestContext, done: number): void {
    const now = {
      residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      arenaKiB: Math.round(usedBytes() / 1024),
      descriptors: readdirSync('/proc/self/fd').length,
      slots: slotsTaken(),
    };
    for (const [what, value] of Object.entries(now)) this.#at[what] = Math.max(this.#at[what] ?? 0, value);
    if (STARTS > 1000) t.diagnostic(`${done} started: ${JSON.stringify(now)}`);
  }

  toString(): string {
    return `at most ${JSON.stringify(this.#at)}`;
  }
}

/** How many processes were given to the system and have not begun their work. */
function bootsNow(): number {
  return processTable().filter(({ pid, state }) => pid !== null && state === 'ready').length;
}

test(`${STARTS} processes that are started at once boot in turns, and each gives its answer`, async (t) => {
  const peaks = new Peaks();
  let done = 0;
  let mostBoots = 0;
  const answers = Array.from({ length: STARTS }, async (_, number) => {
    const child = new Process({ target: targets.add, args: [number, 1] });
    await child.start();
    if (++done % Math.ceil(STARTS / LOOKS) === 0) {
      mostBoots = Math.max(mostBoots, bootsNow());
      peaks.look(t, done);
    }
    const answer = await child.result();
    assert.deepEqual(await child.join(), { how: 'exited', code: 0 });
    child.close();
    return answer;
  });
  for (const [number, answer] of answers.entries()) assert.equal(await answer, number + 1);
  t.diagnostic(`${mostBoots} booted at once; ${peaks.toString()}`);
  assert.ok(mostBoots > 1 && mostBoots <= BOOTS_AT_ONCE, `${mostBoots} booted at once`);
  await until('all are buried', () => slotsTaken() === 1);
  await assertGivenBack(resting);
  assert.equal(here().netHits, 0);
});

const LIVE = 2;

/** Has a place taken by somebody who lives. */
function live(state: number): void {
  const { words } = here().slots;
  words[state - 2] = 0; // its life: whoever had the place before may have died
  words[state] = LIVE;
}

/** Has all places but so many taken, as by participants that live. Gives them back when it is called. */
function takePlaces(left: number): () => void {
  const { arena, slots } = here();
  const states = Array.from({ length: SLOT_LIMIT - left }, (_, slot) => (slot * SLOT_BYTES) / 4 + 2);
  const taken = states.filter((state) => slots.words[state] === 0);
  const top = Atomics.load(arena.header, AT.slotTop);
  // From the end: the first ones are for those who really come.
  Atomics.store(arena.header, AT.slotTop, SLOT_LIMIT);
  const mine = taken.map((_, index) => ((SLOT_LIMIT - 1 - index) * SLOT_BYTES) / 4 + 2);
  for (const state of mine) live(state);
  return () => {
    for (const state of mine) slots.words[state] = 0;
    Atomics.store(arena.header, AT.slotTop, top);
  };
}

for (const Kind of [Process, Thread] as unknown as (typeof Process)[]) {
  test(`${Kind.name} for which there is no place is refused, at once or at its turn`, async (t) => {
    const free = BOOTS_AT_ONCE + 2;
    const giveBack = takePlaces(free);
    t.after(giveBack);
    const [told, end] = [new Queue<number>(), new Queue<string>()];
    // More than have a place, and all of them are to stay. Whoever is asked while few boot has to wait for its turn.
    const all = Array.from(
      { length: free + 3 },
      () => new Kind({ target: targets.answerTwice, args: [told, end] }),
    );
    await Promise.all(all.map((one) => one.start()));
    for (let begun = 0; begun < free; begun++) await told.get(HANG_GUARD);
    const refused = all.filter(({ state }) => state === 'terminated');
    assert.equal(refused.length, 3);
    for (const one of refused) {
      const exit: Exit = await one.join();
      assert.ok(exit.how === 'not-started');
      assert.deepEqual((exit.reason as { code?: string }).code, 'over-limit');
      const message =
        /it did not start: Cannot start .* as 512 threads use shared objects .*: wait until some have/;
      await assert.rejects(one.result(), { code: 'exited', message });
      one.close();
    }
    const late = new Kind({ target: targets.nothing });
    const before = usedBytes();
    await assert.rejects(late.start(), { code: 'over-limit', facts: { name: late.name, limit: 512 } });
    assert.deepEqual([late.state, usedBytes()], ['new', before]);
    for (let ended = 0; ended < free; ended++) await end.put('now');
    const others = all.filter((one) => !refused.includes(one));
    for (const one of others) {
      assert.deepEqual(await one.join(HANG_GUARD), { how: 'exited', code: 0 });
      one.close();
    }
    // There is room again.
    await late.start();
    assert.deepEqual(await late.join(HANG_GUARD), { how: 'exited', code: 0 });
    late.close();
  });
}

test('Who takes the last place while the places are counted is counted', (t) => {
  const { slots } = here();
  t.after(takePlaces(1));
  assert.equal(slots.free, 1);
  const state = slots.words.findIndex((word, at) => at % (SLOT_BYTES / 4) === 2 && word === 0);
  const booting = {
    isAlive: true,
    stage: 'ready',
    get hasPlace(): boolean {
      live(state);
      return true;
    },
  } as unknown as Life;
  assert.equal(
    passGate(booting, () => undefined),
    undefined,
  );
  t.after(() => {
    leaveGate(booting);
    slots.words[state] = 0;
  });
  assert.throws(() => checkRoom('late'), { code: 'over-limit' });
});

test('Those who were refused have left nothing', async () => {
  await until('all are buried', () => slotsTaken() === 1);
  await assertGivenBack(resting);
  assert.equal(here().netHits, 0);
});
