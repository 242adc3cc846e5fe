/**
 * A map whose writers are killed, judged by records that the map knows nothing of: what was set is there, whole;
 * what was counted is counted; and nothing is left of the dead. Every single place where a change can be cut short:
 * test/unit/ipc/map-body.test.ts.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Process, SharedArray, SharedMap } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import * as writers from '../fixtures/crash/map-writers.ts';
import { MAP_FAULTS, type MapStorm, SHARED_KEYS } from '../fixtures/crash/map-writers.ts';
import { assertNoLeaks, type Holdings, holdings } from '../harness/leaks.ts';
import { assertGivenBack, restingBytes, slotsTaken, until } from '../harness/tree.ts';
import { numbersIn, Storm } from './storm.ts';

const KILLS = Number(process.env['DUODAO_KILLS'] ?? 15);

let clean: Holdings;
let resting: number;
before(async () => {
  await (await new Process({ target: writers.warmUp, args: [new SharedMap<string>()] }).start()).join();
  clean = holdings();
  resting = await restingBytes();
});

test('SharedMap keeps every entry whole and every update counted in a storm of kills', async (t) => {
  const options = { kills: KILLS, workers: 3, never: /^(queue|lock|wait)\./ };
  const numbers = numbersIn(options);
  const record = (): SharedArray<'i32'> => new SharedArray('i32', numbers);
  // Room for the entries that stay, and for about half of the others.
  const map: MapStorm['map'] = new SharedMap({ bytes: 96 * numbers + 6144 });
  const shared = {
    map,
    meant: record(),
    ownMeant: record(),
    ownSet: record(),
    begun: record(),
    ended: record(),
  };
  map.set('count', 0);
  const storm: Storm = new Storm(t, {
    ...options,
    start: (number, _place, random) => {
      const args = [number, { ...shared, pace: storm.pace }, random(2 ** 31)] as const;
      return new Process({ target: writers.changeMap, args: [...args], daemon: true }).start();
    },
  });
  await storm.run();
  await storm.stop();
  assert.deepEqual(storm.faults(MAP_FAULTS), []);
  const sum = ({ view }: SharedArray<'i32'>): number => view.reduce((all, one) => all + one, 0);
  const count = map.get('count') as number;
  t.diagnostic(`${count} updates, ${sum(shared.ownSet)} entries of one, ${sum(shared.meant)} of all`);
  assert.ok(sum(shared.ended) <= count && count <= sum(shared.begun), `${count} updates`);
  assert.ok(sum(shared.begun) - sum(shared.ended) <= KILLS);
  for (let number = 0; number < numbers; number++) {
    const [set, meant] = [shared.ownSet.view[number] as number, shared.ownMeant.view[number] as number];
    const there = map.get(`own ${number}`) ?? 0;
    assert.ok(there === set || there === meant, `own ${number} is ${JSON.stringify(there)}`);
    assert.ok(meant - set <= 1);
  }
  assert.equal(map.size, [...map].length);
  const keys = [...map.keys()].filter((key) => key.startsWith('shared'));
  assert.ok(keys.length <= SHARED_KEYS && new Set(keys).size === keys.length);
});

test('Maps and the dead leave no slot, descriptor or memory behind', async () => {
  assert.equal(here().netHits, 0);
  await until('the dead are buried', () => slotsTaken() === 1);
  await assertNoLeaks(clean);
  await assertGivenBack(resting);
});
