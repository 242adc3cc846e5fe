/**
 * Five processes meet in a thousand rounds in lockstep, judged by what they put on record apart from the barrier; and a
 * barrier whose parties are killed again and again tells the others, and goes on when it is reset.
 */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Barrier, Process, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/index.ts';
import {
  FATE,
  meetInLockstep,
  type Meeting,
  meetWhoeverComes,
  NOTES,
  placeOf,
} from '../fixtures/crash/meeters.ts';
import { endChildren, until } from '../harness/tree.ts';
import { KILLS } from './storm.ts';

afterEach(endChildren);

const PARTIES = 5;
const ROUNDS = 1000;
/** Only turns a hang into a failure. */
const LIMIT_MS = 30_000;

test(`${PARTIES} processes meet in ${ROUNDS} rounds, and nobody goes before all have come`, async () => {
  const meeting: Meeting = {
    barrier: new Barrier(PARTIES),
    clock: new SharedArray('i32', 1),
    record: new SharedArray('i32', PARTIES * ROUNDS * NOTES.each),
    rounds: ROUNDS,
  };
  const parties = Array.from(
    { length: PARTIES },
    (_, party) => new Process({ target: meetInLockstep, args: [meeting, party] }),
  );
  for (const party of parties) await party.start();
  for (const party of parties) await party.result({ timeoutMs: 120_000 });
  const { view } = meeting.record;
  for (let round = 0; round < ROUNDS; round++) {
    const notes = (note: number): number[] =>
      parties.map((_, party) => view[placeOf(ROUNDS, party, round) + note] as number);
    const [lastCame, firstWent] = [Math.max(...notes(NOTES.came)), Math.min(...notes(NOTES.went))];
    assert.ok(lastCame < firstWent, `round ${round}: one went at ${firstWent}, one came at ${lastCame}`);
    assert.deepEqual(
      notes(NOTES.index).toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4],
      `round ${round}`,
    );
  }
  assert.equal(view.filter((moment) => moment === 0).length, ROUNDS); // the numbers 0, one in each round
  for (const party of parties) await party.join();
  assert.equal(here().netHits, 0);
});

test('A barrier tells of each party that is killed, and all meet again when it is reset', async (t) => {
  const kills = Math.min(KILLS, 60);
  const barrier = new Barrier(3);
  const fate = new SharedArray('i32', 4);
  const begin = (form: 'awaits' | 'blocks'): Promise<Process> =>
    new Process({
      target: meetWhoeverComes,
      args: [barrier, fate, form],
    }).start() as Promise<unknown> as Promise<Process>;
  const parties = await Promise.all([begin('awaits'), begin('blocks'), begin('awaits')]);
  const at = (which: keyof typeof FATE): number => Atomics.load(fate.view, FATE[which]);
  const meetAgain = async (): Promise<void> => {
    const before = at('passed');
    await until('they meet', () => at('passed') >= before + 30, LIMIT_MS);
  };
  await meetAgain();
  for (let killed = 0; killed < kills; killed++) {
    const place = killed % 3;
    const told = at('told');
    parties[place]?.kill();
    assert.deepEqual(await parties[place]?.join(), { how: 'killed', signal: 'SIGKILL' });
    await until('the others are told', () => barrier.isBroken && at('told') > told, LIMIT_MS);
    parties[place] = await begin(killed % 2 === 0 ? 'awaits' : 'blocks');
    barrier.reset();
    await meetAgain();
  }
  Atomics.store(fate.view, FATE.stop, 1);
  barrier.abort();
  for (const party of parties) assert.deepEqual(await party.join(), { how: 'exited', code: 0 });
  assert.equal(at('strange'), 0);
  assert.equal(here().netHits, 0);
  t.diagnostic(`${kills} killed, ${at('passed')} passes`);
});
