/**
 * Locks, and everything else at once, whose users are threads that end in the middle of our own code, as by
 * worker.terminate(): the others, in the same process and in another one, go on, one inside at a time, and nothing is
 * left of the dead.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { Lock, Process, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import { MINGLE_FAULTS, mingle, minglingPlace } from '../fixtures/crash/minglers.ts';
import { PACE, type Pace } from '../fixtures/crash/pace.ts';
import { seeded } from '../fixtures/crash/random.ts';
import { LOCK_FAULTS, takeInTurn } from '../fixtures/crash/takers.ts';
import { endsClean } from '../harness/clean-end.ts';
import { start } from '../harness/participants.ts';
import { slotsTaken, until } from '../harness/tree.ts';
import { KILLS } from './storm.ts';
import { Weapons } from './weapons.ts';

endsClean({ killsThreads: true });

const ENDS = Math.ceil(KILLS / 2);
/** Turns in which a thread has to come to its fault point. */
const TURNS = 100;

interface Ending {
  readonly what: string;
  readonly never: RegExp;
  readonly faults: readonly string[];
  /** What a participant does, and with what. */
  readonly work: (me: number, storm: never, seed: number) => unknown;
  storm(pace: Pace, killed: SharedArray<'u8'>): unknown;
}

const ENDINGS: readonly Ending[] = [
  {
    what: 'Locks',
    never: /^(?:queue|map|object|heap|slot|condition)\./,
    faults: LOCK_FAULTS,
    work: takeInTurn,
    storm: (pace, killed) => ({ lock: new Lock(), guarded: new SharedArray('i32', 3), pace, killed }),
  },
  {
    what: 'All primitives at once',
    never: /^(?:queue|map|object|heap|slot|condition)\./,
    faults: MINGLE_FAULTS,
    work: mingle,
    storm: (pace, killed) => ({ ...minglingPlace(), pace, killed }),
  },
];

for (const ending of ENDINGS)
  test(`${ending.what} survive threads that end at fault points`, (t) => endThreads(t, ending));

async function endThreads(t: TestContext, { never, faults, work, storm: made }: Ending): Promise<void> {
  const seed = Number(process.env['DUODAO_SEED'] ?? randomInt(2 ** 31));
  t.diagnostic(`DUODAO_SEED=${seed} DUODAO_KILLS=${KILLS}`);
  const weapons = new Weapons(seeded(seed), never, 'exit');
  const pace: Pace = new SharedArray('i32', PACE.workers + ENDS + 3);
  const killed = new SharedArray('u8', ENDS + 3);
  const storm = made(pace, killed) as never;
  const turnsOf = (number: number): number => Atomics.load(pace.view, PACE.workers + number);
  const goOn = (): void => {
    Atomics.store(pace.view, PACE.goal, Atomics.load(pace.view, PACE.total) + 50);
  };
  const thread = await start('thread', work, [1, storm, seed]);
  const child = await new Process({ target: work, args: [2, storm, seed] }).start();
  for (let number = 3; number < ENDS + 3; number++) {
    const weapon = weapons.next();
    // One that ends while it begins has not started.
    const victim = await weapons
      .with(weapon, () => start('thread', work, [number, storm, seed + number]))
      .catch(() => undefined);
    let hasEnded = victim === undefined;
    victim?.result().catch(() => {
      hasEnded = true;
    });
    await until('it ends, or works', () => {
      goOn();
      return hasEnded || turnsOf(number) > TURNS;
    });
    if (weapon) weapons.count(weapon, hasEnded);
    Atomics.store(killed.view, number, 1);
    await victim?.kill();
    const before = [turnsOf(1), turnsOf(2)];
    await until('the others go on', () => {
      goOn();
      return [1, 2].every((one, index) => turnsOf(one) > (before[index] as number));
    });
  }
  Atomics.store(pace.view, PACE.stop, 1);
  await thread.result();
  assert.deepEqual(await child.join(), { how: 'exited', code: 0 });
  const broken = Atomics.load(pace.view, PACE.faults);
  assert.deepEqual(
    faults.filter((_, bit) => broken & (1 << bit)),
    [],
  );
  await until('the dead are buried', () => {
    here().noticeDeath(); // nobody waits any more, and nothing tells us when a plain worker is gone
    return slotsTaken() === 1;
  });
  assert.equal(here().netHits, 0);
  t.diagnostic(weapons.toString());
}
