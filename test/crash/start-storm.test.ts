/**
 * Starts and kills: processes and threads are started, and ended by force at any moment of their lives, before they
 * were launched, while they boot, while they work or wait; nothing is left of any of them. How many: DUODAO_KILLS, 16
 * if it is not set. The choices come from DUODAO_SEED, or else from a seed that is printed.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Exit, Lock, Process, Queue, standby, Thread } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import { type Random, seeded } from '../fixtures/crash/random.ts';
import * as targets from '../fixtures/processes/targets.ts';
import { endsClean } from '../harness/clean-end.ts';
import { holdings } from '../harness/leaks.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { assertGivenBack, restingBytes, slotsTaken, until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const KILLS = Number(process.env['DUODAO_KILLS'] ?? 16);
const MOMENTS = ['at once', 'booting', 'waiting', 'blocked', 'busy'] as const;
const WAYS = ['kill', 'terminate', 'SIGKILL'] as const;
type Moment = (typeof MOMENTS)[number];
type Way = (typeof WAYS)[number];
type One = Process | Thread;

let resting = 0;
let children: ReadonlyMap<string, string> = new Map();
before(async () => {
  for (const kind of ['process', 'thread'] as const) {
    const one = make(kind, 'gone');
    await (await one.start()).join(HANG_GUARD);
  }
  resting = await restingBytes();
  ({ children } = holdings());
});
after(() => standby({ size: 0 }));

/** What the rounds share. The lock is held by the test, so that whoever wants it is blocked. */
interface Scene {
  readonly told: Queue<number>;
  readonly lock: Lock;
}

function make(kind: 'process' | 'thread', moment: Moment | 'gone', scene?: Scene): One {
  const Kind = (kind === 'process' ? Process : Thread) as typeof Process;
  if (moment === 'gone' || !scene) return new Kind({ target: targets.nothing });
  const { told, lock } = scene;
  if (moment === 'blocked') return new Kind({ target: targets.block, args: [told, lock] });
  if (moment === 'busy') return new Kind({ target: targets.spin, args: [told] });
  return new Kind({ target: targets.wait, args: [told] });
}

/** Starts it, and comes back at the moment. */
async function startUntil(one: One, moment: Moment, { told }: Scene, random: Random): Promise<void> {
  const started = one.start();
  if (moment === 'at once') return; // it may still wait for its turn
  await started;
  if (moment === 'booting') {
    // Turns of the event loop, which are some µs each: a boot is thousands of them.
    for (let turns = random(5000); turns > 0 && one.state === 'ready'; turns--) await turn();
    return;
  }
  await told.get(HANG_GUARD);
  if (moment === 'blocked') await until('it is blocked', () => one.state === 'blocked');
}

function end(one: One, way: Way): Exit {
  if (way === 'terminate') {
    one.terminate();
    return { how: 'killed', signal: one instanceof Process ? 'SIGTERM' : 'SIGKILL' };
  }
  if (way === 'SIGKILL' && one instanceof Process && one.pid !== undefined) process.kill(one.pid, 'SIGKILL');
  else one.kill();
  return { how: 'killed', signal: 'SIGKILL' };
}

/** One life: started, ended, and told of. */
async function live(round: number, random: Random, lock: Lock): Promise<string> {
  const moment = MOMENTS[random(MOMENTS.length)] as Moment;
  const way = WAYS[random(WAYS.length)] as Way;
  const scene: Scene = { told: new Queue<number>(), lock };
  const one = make(round % 2 === 0 ? 'process' : 'thread', moment, scene);
  const what = `round ${round}: ${one.name}, ${way}, ${moment}`;
  await startUntil(one, moment, scene, random);
  const expected = end(one, way);
  const result = one.result(HANG_GUARD).catch((error: { code?: string }) => error.code);
  assert.deepEqual(await one.join(HANG_GUARD), expected, what);
  assert.equal(await result, 'exited', what);
  one.close();
  return `${one instanceof Process ? 'process' : 'thread'} ${moment}`;
}

/** All of them. What they shared is gone with the call. */
async function liveAll(random: Random): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const lock = new Lock();
  const held = lock.acquireSync();
  for (let round = 0; round < KILLS; round++) {
    // The first half is of cold starts, the second one of processes that are warm, or about to be.
    if (round === Math.floor(KILLS / 2)) await standby({ size: 1 });
    const what = await live(round, random, lock);
    counts[what] = (counts[what] ?? 0) + 1;
  }
  held.release();
  return counts;
}

/** Zombies, too; but not the service of tsx, which a thread may start. */
function childrenLeft(): string[] {
  const born = [...holdings().children].filter(
    ([pid, command]) => !children.has(pid) && command !== 'esbuild',
  );
  return born.map(([pid, command]) => `${command} (${pid})`);
}

test('Processes and threads that are killed at any moment of a start or after it leave nothing', async (t) => {
  const seed = Number(process.env['DUODAO_SEED'] ?? randomInt(2 ** 31));
  t.diagnostic(`DUODAO_SEED=${seed} DUODAO_KILLS=${KILLS}`);
  const counts = await liveAll(seeded(seed));
  t.diagnostic(JSON.stringify(counts));
  await standby({ size: 0 });
  await until('all are buried', () => {
    here().noticeDeath(); // nobody waits any more, and nothing tells us of a standby that was sent away
    return slotsTaken() === 1;
  });
  await until(
    () => `no child is left, but ${childrenLeft().join(', ')}`,
    () => childrenLeft().length === 0,
  );
  await assertGivenBack(resting);
  assert.equal(here().netHits, 0);
});
