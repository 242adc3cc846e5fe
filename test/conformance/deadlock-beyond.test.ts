/**
 * Circles of waits that go through more than locks: permits that have owners, read-write locks; and the development
 * switch that tells of circles that might have been. Locks: deadlock.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BoundedSemaphore, Lock, Queue, SharedArray } from '../../src/index.ts';
import { here } from '../../src/memory/index.ts';
import { ReadWriteLock } from '../../src/sync/public.ts';
import {
  readAfterWait,
  TABLE,
  type Thing,
  type Told,
  takeBoth,
  takeThings,
  takeTwo,
} from '../fixtures/sync/circles.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

/** How many waits are written down. */
const waits = (): number =>
  here().ledger.inside(
    () =>
      here()
        .ledger.entries()
        .filter(({ kind }) => kind === 'wait').length,
  );

const codes = (told: readonly Told[]): string[] =>
  told.map(({ code }) => code).sort((a, b) => (a < b ? -1 : 1));

const MIXED: readonly (readonly [string, () => [Thing, Thing]])[] = [
  ['a lock and the last permit', () => [{ on: new Lock() }, { on: new BoundedSemaphore(1) }]],
  [
    'two writers',
    () => [
      { on: new ReadWriteLock(), how: 'writes' },
      { on: new ReadWriteLock(), how: 'writes' },
    ],
  ],
  ['a lock and one who writes', () => [{ on: new Lock() }, { on: new ReadWriteLock(), how: 'writes' }]],
];
for (const kind of KINDS) {
  for (const [what, make] of MIXED)
    test(`A circle over ${what} is told to one ${kind} of two that block`, async () => {
      const things = make();
      const table = new SharedArray('i32', 3);
      const others = await Promise.all(
        [things, [...things].reverse()].map(([first, second]) =>
          start(kind, takeThings, [first as Thing, second as Thing, table, 2]),
        ),
      );
      assert.deepEqual(codes(await Promise.all(others.map((other) => other.result()))), [
        'deadlock',
        'had it',
      ]);
      assert.equal(waits(), 0);
    });
}

test('Whoever waits for a permit is in no circle as long as one who has any can go on', async () => {
  const [lock, permits] = [new Lock(), new BoundedSemaphore(2)];
  const table = new SharedArray('i32', 3);
  const mine = permits.acquireSync();
  const others = await Promise.all(
    [
      [{ on: lock }, { on: permits }],
      [{ on: permits }, { on: lock }],
    ].map(([first, second]) => start('process', takeThings, [first as Thing, second as Thing, table, 2])),
  );
  await until('both wait', () => waits() === 2);
  mine.release();
  assert.deepEqual(codes(await Promise.all(others.map((other) => other.result()))), ['had it', 'had it']);
});

test('Who reads, and blocks to read behind a writer that waits for him, is told', async () => {
  const lock = new ReadWriteLock();
  const held = lock.acquireReadSync();
  const table = new SharedArray('i32', 3);
  const writer = await start('process', takeThings, [
    { on: new Lock() },
    { on: lock, how: 'writes' },
    table,
    1,
  ]);
  await until('it waits', () => waits() === 1);
  assert.throws(() => lock.acquireReadSync(), { code: 'deadlock' });
  held.release();
  assert.equal((await writer.result()).code, 'had it');
});

test('Who waits to write behind one who has just got his turn to read is told of no circle', async () => {
  const lock = new ReadWriteLock();
  const table = new SharedArray('i32', 3);
  const reader = await start('process', readAfterWait, [lock, table]);
  await until('it reads', () => Atomics.load(table.view, TABLE.seated) === 1);
  lock.acquireWriteSync(HANG_GUARD).release();
  await reader.result();
});

test('DUODAO_TRACE=locks names the lines of holders, and tells of orders that might end in a deadlock', async () => {
  process.env['DUODAO_TRACE'] = 'locks';
  try {
    const [one, other] = [new Lock(), new Lock()];
    const table = new SharedArray('i32', 3);
    const people = [
      await start('process', takeBoth, [one, other, table, 2, 'blocks', 20_000]),
      await start('process', takeBoth, [other, one, table, 2, 'awaits', 20_000]),
    ];
    const told = await Promise.all(people.map((person) => person.result()));
    const { facts, message } = told.find(({ code }) => code === 'deadlock') as Told;
    for (const number of [1, 2]) {
      assert.match(String(facts?.[`since${number}`]), /circles\.ts:\d+:\d+$/);
      assert.ok(message?.includes(`taken at ${facts?.[`since${number}`]}`));
    }
    const [a, b, c] = [new Lock({ name: 'a' }), new Lock({ name: 'b' }), new Lock({ name: 'c' })];
    const warnings = new Queue<string>();
    for (const [first, second] of [
      [a, b],
      [b, c],
    ] as const)
      await (await start('process', takeTwo, [first, second, warnings])).result();
    assert.equal(warnings.size, 0);
    await (await start('process', takeTwo, [c, a, warnings])).result();
    const warning = await warnings.get(HANG_GUARD);
    assert.match(warning, /^Locks are taken in different orders/);
    for (const part of [
      'lock "c", taken at',
      'then the lock "a" at',
      'lock "a", taken at',
      'then the lock "c" at',
    ])
      assert.ok(warning.includes(part), `${part} in ${warning}`);
    assert.equal(warning.match(/circles\.ts:\d+:\d+/g)?.length, 6);
    assert.equal(warnings.size, 0, 'it is told once');
  } finally {
    delete process.env['DUODAO_TRACE'];
  }
});
