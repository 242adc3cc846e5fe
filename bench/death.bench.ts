/**
 * Question:  how long after the death of a lock's holder is the next one inside, and after a taker's is his item back?
 * Method:    a child takes the lock, or leases the item, and says so; it is killed while this process waits. 15
 *            times each.
 * Read it:   milliseconds from the call of kill() to the return of the wait.
 * Beware:    most of it is the kernel's: it takes the memory of the dead apart before anybody is told.
 */
import { setTimeout as later } from 'node:timers/promises';
import { isMain, Lock, Process, Queue } from '../src/index.ts';
import { percentile } from './measure.ts';

const DEATHS = 15;

export async function hold(lock: Lock, inside: Queue<number>): Promise<void> {
  const held = await lock.acquire();
  inside.putSync(process.pid);
  await later(60_000);
  held.release();
}

export async function lease(items: Queue<number>, inside: Queue<number>): Promise<void> {
  const taken = await items.lease();
  inside.putSync(process.pid);
  await later(60_000);
  taken.done();
}

async function deaths<T extends Lock | Queue<number>>(
  target: (object: T, inside: Queue<number>) => Promise<void>,
  object: T,
  wait: (kill: () => number) => Promise<number>,
): Promise<number[]> {
  const ms: number[] = [];
  for (let death = 0; death < DEATHS; death++) {
    const inside = new Queue<number>();
    const child = new Process<typeof target>({ target, args: [object, inside] });
    await child.start();
    await inside.get();
    const kill = (): number => {
      child.kill();
      return performance.now();
    };
    ms.push(await wait(kill));
    await child.join();
  }
  return ms.toSorted((a, b) => a - b);
}

if (isMain(import.meta)) {
  const lock = new Lock();
  const items = new Queue<number>({ deathLimit: Number.POSITIVE_INFINITY });
  await items.put(1);
  const rows: [string, number[]][] = [
    [
      'lock, blocking',
      await deaths(hold, lock, async (kill) => {
        const at = kill();
        lock.acquireSync().release();
        return performance.now() - at;
      }),
    ],
    [
      'lock, awaited',
      await deaths(hold, lock, async (kill) => {
        const held = lock.acquire();
        const at = kill();
        (await held).release();
        return performance.now() - at;
      }),
    ],
    [
      'leased item, awaited',
      await deaths(lease, items, async (kill) => {
        const taken = items.lease();
        const at = kill();
        (await taken).giveBack();
        return performance.now() - at;
      }),
    ],
  ];
  console.log('\n### From a death to the next one\n');
  console.log('| | ms p50 | ms most |');
  console.log('|---|---:|---:|');
  for (const [name, ms] of rows)
    console.log(`| ${name} | ${percentile(ms, 0.5).toFixed(1)} | ${(ms.at(-1) as number).toFixed(1)} |`);
}
