/**
 * Queues whose producers and takers are killed, judged by records that the queue knows nothing of: what was confirmed
 * comes, whole and in order; nothing else comes; twice comes only what is marked; and nothing is left of the dead.
 */
import assert from 'node:assert/strict';
import { afterEach, before, test, type TestContext } from 'node:test';
import { Process, Queue, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import * as movers from '../fixtures/crash/movers.ts';
import { type Item, ITEMS, QUEUE_FAULTS, type QueueStorm } from '../fixtures/crash/movers.ts';
import { assertNoLeaks, type Holdings, holdings } from '../harness/leaks.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until } from '../harness/tree.ts';
import { KILLS, numbersIn, Storm } from './storm.ts';

afterEach(endChildren);

let clean: Holdings;
let resting: number;
before(async () => {
  await (await new Process({ target: movers.warmUp, args: [new Queue<string>()] }).start()).join();
  clean = holdings();
  resting = await restingBytes();
});

interface Tally {
  readonly confirmed: number;
  /** Confirmed, and nobody ever had them. */
  readonly lost: number;
  readonly repeated: number;
  /** Not confirmed, and yet somebody had them: their producers died between the two. */
  readonly unconfirmed: number;
  readonly takersKilled: number;
  readonly producersKilled: number;
}

/** Two producers and two takers in a storm, which then end in peace: what became of the items. */
async function storm(
  t: TestContext,
  kills: number,
  taker: typeof movers.leaseItems,
  capacity: number,
): Promise<Tally> {
  const options = { kills, workers: 4, roles: 2, never: /^(map|lock)\./ };
  const queue = new Queue<Item>({ capacity, bytes: 32_768 });
  const [put, had] = [0, 1].map(() => new SharedArray('u8', numbersIn(options) * ITEMS));
  assert.ok(put && had);
  let [takersKilled, producersKilled] = [0, 0];
  const run: Storm = new Storm(t, {
    ...options,
    start: (number, place, random) => {
      const shared: QueueStorm = { queue, pace: run.pace, put, had };
      const target = place % 2 === 0 ? movers.produce : taker;
      return new Process({ target, args: [number, shared, random(2 ** 31)] }).start();
    },
    onKill: (_worker, place) => {
      if (place % 2 === 1) takersKilled++;
      else producersKilled++;
    },
  });
  await run.run();
  await run.stop([0, 2]);
  queue.close();
  await run.stop([1, 3]);
  assert.deepEqual(run.faults(QUEUE_FAULTS), []);
  assert.deepEqual([queue.size, queue.leased], [0, 0]);
  const tally = { confirmed: 0, lost: 0, repeated: 0, unconfirmed: 0, takersKilled, producersKilled };
  for (const [index, state] of put.view.entries()) {
    const times = had.view[index] as number;
    if (state === movers.CONFIRMED) tally.confirmed++;
    if (state === movers.CONFIRMED && times === 0) tally.lost++;
    if (state === movers.INTENDED && times > 0) tally.unconfirmed++;
    if (times > 1) tally.repeated++;
  }
  t.diagnostic(JSON.stringify(tally));
  return tally;
}

test('Queue loses no confirmed item in a storm of kills when they are leased', async (t) => {
  const tally = await storm(t, KILLS, movers.leaseItems, 100);
  const { confirmed, lost, repeated, unconfirmed, takersKilled, producersKilled } = tally;
  assert.ok(confirmed > 0);
  assert.equal(lost, 0);
  // Of what a taker had in his hands when he died, one item at most was already noted.
  assert.ok(repeated <= takersKilled);
  assert.ok(unconfirmed <= producersKilled);
});

test('Queue loses no more than what a killed taker had just got, and hands nothing out twice', async (t) => {
  const kills = Math.ceil(KILLS / 5);
  const tally = await storm(t, kills, movers.getItems, 5);
  const { confirmed, lost, repeated, unconfirmed, takersKilled, producersKilled } = tally;
  assert.ok(confirmed > 0);
  assert.ok(lost <= takersKilled, `${lost} lost`);
  assert.equal(repeated, 0);
  assert.ok(unconfirmed <= producersKilled);
});

test('Queues and the dead leave no slot, descriptor or memory behind', async () => {
  assert.equal(here().netHits, 0);
  await until('the dead are buried', () => slotsTaken() === 1);
  await assertNoLeaks(clean);
  await assertGivenBack(resting);
});
