/**
 * What SharedMap promises to several participants, processes and threads alike: nobody's update is lost, every
 * value is whole, and a look at all entries is of one moment.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue, SharedArray, SharedMap } from '../../src/index.ts';
import * as users from '../fixtures/ipc/map-users.ts';
import { endsClean } from '../harness/clean-end.ts';
import { KINDS, type Started, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

/** As HANG_GUARD, for work that alone takes seconds. */
const LONG_HANG_GUARD = { timeoutMs: 120_000 };

const stopFlag = (): SharedArray<'i32'> => new SharedArray('i32', 1);

/** Looks again and again while participants work, until it has seen enough; then asks them to stop. */
async function during(
  started: Promise<Started<number>>[],
  stop: SharedArray<'i32'>,
  what: string,
  look: () => boolean,
): Promise<void> {
  const participants = await Promise.all(started);
  try {
    await until(what, () => [...Array(100).keys()].filter(look).length > 0);
  } finally {
    Atomics.store(stop.view, 0, 1);
  }
  for (const participant of participants) await participant.result();
}

for (const kind of KINDS) {
  test(`Updates by four of kind ${kind} all count`, async (t) => {
    const map = new SharedMap<number>({ bytes: 1024 });
    const [rounds, gate] = [20_000, stopFlag()];
    const counters = await Promise.all(
      [1, 2, 3, 4].map(() => start(kind, users.addUp, [map, rounds, gate, 4])),
    );
    const again = await Promise.all(counters.map((it) => it.result(LONG_HANG_GUARD)));
    t.diagnostic(`made again: ${again.join(', ')}`);
    assert.deepEqual([...map], [['sum', 4 * rounds]]);
  });

  test(`A reader sees whole values only while others of kind ${kind} set larger and smaller ones`, async () => {
    const map = new SharedMap<users.Sealed>({ bytes: 4096 });
    const stop = stopFlag();
    const seen = new Set<string>();
    const judge = (value: users.Sealed | undefined): void => {
      if (!value) return;
      assert.ok(users.isWhole(value), JSON.stringify(value));
      seen.add(`${value.writer} ${value.round}`);
    };
    const writers = [1, 2].map((me) => start(kind, users.overwrite, [map, 4, me, stop]));
    await during(writers, stop, 'many values were seen', () => {
      for (let key = 0; key < 4; key++) judge(map.get(`key ${key}`));
      for (const value of map.values()) judge(value);
      return seen.size > 300;
    });
  });

  test(`A look at all entries is of one moment while one of kind ${kind} sets them in turn`, async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `key ${index}`);
    const map = new SharedMap<number>({ bytes: 1024 });
    for (const key of keys) map.set(key, 0);
    const stop = stopFlag();
    let last = 0;
    let different = 0;
    await during([start(kind, users.count, [map, keys, stop])], stop, 'many numbers were seen', () => {
      const entries = [...map];
      assert.deepEqual(
        entries.map(([key]) => key),
        keys,
      );
      const [first, ...others] = entries.map(([, number]) => number) as [number, ...number[]];
      // The first ones are at the new number already, the rest at the one before.
      let before = first;
      for (const number of others) {
        assert.ok(number === before || (before === first && number === first - 1), entries.join(' '));
        before = number;
      }
      assert.ok(first >= last);
      if (first > last) different++;
      last = first;
      return different > 300;
    });
  });

  test(`A map that crosses to a ${kind}, and comes home in a queue, is the same map`, async () => {
    const map = new SharedMap();
    const inner = new Queue<number>();
    map.set('queue', inner).set('lone \ud800', 1);
    const home = new Queue<SharedMap>();
    const there = await start(kind, users.extend, [map, home]);
    assert.deepEqual(await there.result(), ['queue', 'lone \ud800', 'added']);
    assert.equal(home.getSync(), map);
    assert.equal(map.get('added'), 'there');
    assert.equal(inner.getSync(), 42);
  });
}

test('Maps of one name are one map in all participants', async () => {
  const map = SharedMap.named<string>('conformance: one map', { bytes: 2048 });
  const others = await Promise.all(
    KINDS.map((kind) => start(kind, users.setNamed, ['conformance: one map', kind])),
  );
  await Promise.all(others.map((it) => it.result()));
  assert.deepEqual([...map.keys()].sort(), [...KINDS].sort());
});
