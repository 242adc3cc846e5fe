/**
 * Guards whose owners and sleepers are killed at the edge of the very system call that lets others in, or that they
 * sleep in. In a C library's robust mutex that can leave everybody asleep, with the mutex free.
 */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Process } from '../../src/index.ts';
import type { SharedObject } from '../../src/memory/object.ts';
import {
  bareGuardOf,
  DONE,
  enterGuard,
  GO,
  HERE,
  holdGuard,
  leaveGuard,
  passGuard,
  sleepLong,
  type Stages,
} from '../fixtures/crash/edges.ts';
import { handleOf, makeProbe } from '../fixtures/memory/probes.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { EDGES, sleepsOnWord } from '../harness/system-calls.ts';
import { tracingRefused } from '../harness/tracer.ts';
import { until } from '../harness/tree.ts';
import { endVictims, newStages, Victim } from './victim.ts';

endsClean();
afterEach(endVictims);

const skip = await tracingRefused();
/** Far beyond what a wake-up takes, and short enough to see that there was none. */
const LONG_MS = 15_000;
const OWNER = 0x3fffffff;

interface Bystander {
  readonly pid: number;
  result(wait: typeof HANG_GUARD): Promise<boolean>;
}

/** Starts one who goes through the guard, and waits until it sleeps before it. */
async function startSleeper(probe: SharedObject, stages: Stages, place: number): Promise<Bystander> {
  const child = await new Process({ target: passGuard, args: [handleOf(probe), stages, place] }).start();
  await until('it sleeps', () => sleepsOnWord(child.pid as number));
  return child as Bystander;
}

/** Starts one who stays in the guard until its stage is GO. */
async function startHolder(probe: SharedObject, stages: Stages, place: number): Promise<Bystander> {
  const child = await new Process({ target: holdGuard, args: [handleOf(probe), stages, place] }).start();
  await until('the holder is inside', () => stages.view[place] === HERE);
  return child as Bystander;
}

/** Who of them was told that an owner had died, when all have come through, and the guard is free. */
async function told(probe: SharedObject, all: readonly Bystander[]): Promise<boolean[]> {
  const answers = await Promise.all(all.map((one) => one.result(HANG_GUARD)));
  assert.equal(bareGuardOf(probe).word[0], 0);
  return answers;
}

test('Guard whose owner is killed at the entry of its contended release goes to all', { skip }, async () => {
  const [probe, stages] = [makeProbe(), newStages()];
  const victim = await Victim.start(stages, leaveGuard, [handleOf(probe), stages]);
  const all = [await startSleeper(probe, stages, 1), await startSleeper(probe, stages, 2)];
  await victim.goTo({ ...EDGES.storeAndWake, at: 'entry' });
  // It is not free yet, so whoever comes now cannot slip in and leave the sleepers behind.
  all.push(await startSleeper(probe, stages, 3));
  assert.equal((bareGuardOf(probe).word[0] as number) & OWNER, victim.pid);
  await victim.kill();
  assert.equal((await told(probe, all)).filter(Boolean).length, 1);
});

test('Guard whose owner is killed at the exit of its contended release is anybody else’s', {
  skip,
}, async () => {
  const [probe, stages] = [makeProbe(), newStages()];
  const victim = await Victim.start(stages, leaveGuard, [handleOf(probe), stages]);
  const all = [await startSleeper(probe, stages, 1), await startSleeper(probe, stages, 2)];
  await victim.goTo({ ...EDGES.storeAndWake, at: 'exit' });
  // They come through while it stands there, the kernel still thinking that it is giving the guard back.
  await until('both are through', () => stages.view[1] === DONE && stages.view[2] === DONE);
  const holder = await startHolder(probe, stages, 3);
  await victim.kill();
  assert.equal(bareGuardOf(probe).word[0], holder.pid);
  stages.view[3] = GO;
  assert.deepEqual(await told(probe, [...all, holder]), [false, false, false]);
});

test('Guard before which somebody is killed at the entry of his sleep goes to the others', {
  skip,
}, async () => {
  const [probe, stages] = [makeProbe(), newStages()];
  const victim = await Victim.start(stages, enterGuard, [handleOf(probe), stages]);
  const holder = await startHolder(probe, stages, 1);
  await victim.goTo({ ...EDGES.waitOnWord, at: 'entry' });
  const sleeper = await startSleeper(probe, stages, 2);
  await victim.kill();
  assert.equal((bareGuardOf(probe).word[0] as number) & OWNER, holder.pid);
  stages.view[1] = GO;
  assert.deepEqual(await told(probe, [holder, sleeper]), [false, false]);
});

test('Guard before which somebody is killed when he was woken has gone to the others', {
  skip,
}, async () => {
  const [probe, stages] = [makeProbe(), newStages()];
  const victim = await Victim.start(stages, enterGuard, [handleOf(probe), stages]);
  const holder = await startHolder(probe, stages, 1);
  const stopped = victim.stopsAt({ ...EDGES.waitOnWord, at: 'exit', result: 0 });
  victim.go();
  await until('it sleeps', () => sleepsOnWord(victim.pid));
  const all = [holder, await startSleeper(probe, stages, 2), await startSleeper(probe, stages, 3)];
  stages.view[1] = GO;
  await stopped;
  await until('the others are through', () => stages.view[2] === DONE && stages.view[3] === DONE);
  await victim.kill();
  assert.deepEqual(await told(probe, all), [false, false, false]);
});

test('Guard of the dead whose heir is killed as well goes to the next, who is told', { skip }, async () => {
  const [probe, stages] = [makeProbe(), newStages()];
  const holder = await new Process({ target: holdGuard, args: [handleOf(probe), stages, 1] }).start();
  await until('the holder is inside', () => stages.view[1] === HERE);
  const heir = await Victim.start(stages, sleepLong, [handleOf(probe), stages, 0, LONG_MS]);
  const next = await new Process({ target: sleepLong, args: [handleOf(probe), stages, 2, LONG_MS] }).start();
  // For each death the kernel wakes one of those who sleep: the first.
  const stopped = heir.stopsAt({ ...EDGES.waitOnWord, at: 'exit', result: 0 });
  for (const [place, pid] of [
    [0, heir.pid],
    [2, next.pid as number],
  ] as const) {
    await until('it waits to be told', () => stages.view[place] === HERE);
    stages.view[place] = GO;
    await until('it sleeps', () => sleepsOnWord(pid));
  }
  holder.kill();
  await stopped;
  assert.equal(sleepsOnWord(next.pid as number), true);
  await heir.kill();
  assert.deepEqual(await next.result(HANG_GUARD), ['woken', true]);
});
