/**
 * A banker whose borrowers are killed, judged by seats that the banker knows nothing of: no piece is ever lent twice,
 * the others go on, and in the end everything is back. Every single place where a change can be cut short:
 * test/unit/sync/banker-table.test.ts.
 */
import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { Process, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import { Banker } from '../../src/sync/index.ts';
import {
  BANKER_FAULTS,
  type BankerStorm,
  borrowInTurn,
  PIECES,
  SEATS,
  warmUp,
} from '../fixtures/crash/borrowers.ts';
import { assertNoLeaks, type Holdings, holdings } from '../harness/leaks.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until } from '../harness/tree.ts';
import { numbersIn, Storm } from './storm.ts';

const KILLS = Number(process.env['DUODAO_KILLS'] ?? 15);

afterEach(endChildren);

let clean: Holdings;
let resting: number;
before(async () => {
  await (await new Process({ target: warmUp, args: [new Banker({ resources: PIECES })] }).start()).join();
  clean = holdings();
  resting = await restingBytes();
});

test('Banker lends no piece twice in a storm of kills, and what the dead held is lent on', async (t) => {
  const options = { kills: KILLS, workers: 4, never: /^(queue|map|lock|object|heap)\./ };
  const banker: BankerStorm['banker'] = new Banker({ resources: PIECES });
  const seats = new SharedArray('i32', SEATS);
  const pids = new SharedArray('i32', numbersIn(options));
  const storm: Storm = new Storm(t, {
    ...options,
    start: (number, _place, random) =>
      new Process({
        target: borrowInTurn,
        args: [number, { banker, seats, pids, pace: storm.pace }, random(2 ** 31)],
        daemon: true,
      }).start() as Promise<unknown> as Promise<Process>,
  });
  await storm.run();
  assert.equal(banker.isSafe, true);
  assert.deepEqual(banker.detect(), []);
  await storm.stop();
  assert.deepEqual(storm.faults(BANKER_FAULTS), []);
  assert.deepEqual(banker.claims(), []);
  assert.deepEqual(banker.available, PIECES);
  banker.claim(PIECES).requestSync(PIECES, { timeoutMs: 0 });
  const { grants, waits } = banker.stats();
  t.diagnostic(`${storm.total} turns, ${grants} grants, ${waits} waits`);
  assert.ok(waits > 0);
});

test('Bankers and the dead leave no slot, descriptor or memory behind', async () => {
  assert.equal(here().netHits, 0);
  await until('the dead are buried', () => slotsTaken() === 1);
  await assertNoLeaks(clean);
  await assertGivenBack(resting);
});
