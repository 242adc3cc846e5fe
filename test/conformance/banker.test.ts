/**
 * What a banker promises between participants, the same within a thread, for worker threads and for processes: nothing
 * is lent twice, who can be served is, nobody is deadlocked, and the claims of the dead come back.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Queue, SharedArray } from '../../src/index.ts';
import { Banker } from '../../src/sync/index.ts';
import {
  askOnce,
  borrow,
  dine,
  FORKS,
  FORMS,
  holdAll,
  lookAtNamed,
  type Table,
  takeThenWait,
  tryUntilGranted,
} from '../fixtures/sync/bankers.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, type Started, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

type Pieces = Banker<'a' | 'b'>;
const RESOURCES = { a: 2, b: 3 };
const PLACES = ['same thread', ...KINDS] as const;

/** Runs a function of a fixture in a place of its own, or here. */
async function run<A extends unknown[], R>(
  place: (typeof PLACES)[number],
  target: (...args: A) => R | Promise<R>,
  args: A,
): Promise<Pick<Started<R>, 'result'>> {
  if (place !== 'same thread') return (await start(place, target, args)) as Started<R>;
  const value = Promise.resolve(target(...args));
  return { result: () => value };
}

for (const place of PLACES) {
  test(`Banker lends no piece twice, to whom it may concern (${place}), in whatever form it is asked`, async () => {
    const banker: Pieces = new Banker({ resources: RESOURCES });
    const inHand = new SharedArray('i32', 2);
    // Within one thread who blocks would wait for himself.
    const forms = place === 'same thread' ? FORMS.filter((form) => form !== 'blocks') : FORMS;
    const others = await Promise.all(forms.map((form) => run(place, borrow, [banker, inHand, 200, form])));
    const tooMany = [await borrow(banker, inHand, 200, 'awaits')];
    for (const other of others) tooMany.push(await other.result());
    assert.deepEqual(
      tooMany,
      tooMany.map(() => 0),
    );
    assert.deepEqual([...inHand.view], [0, 0]);
    assert.deepEqual(banker.available, RESOURCES);
    assert.equal(banker.stats().grants, 400 * tooMany.length);
  });
}

for (const kind of KINDS) {
  test(`Philosophers, each a ${kind}, eat to the end, as the banker keeps a fork for who needs it`, async () => {
    const table: Table = new Banker({ resources: Object.fromEntries(FORKS.map((fork) => [fork, 1])) });
    const seats = FORKS.map((_, seat) => seat).slice(1);
    const others = await Promise.all(
      seats.map((seat) => start(kind, dine, [table, seat, 60, FORMS[seat % 2] as 'awaits' | 'blocks'])),
    );
    const meals = [await dine(table, 0, 60, 'awaits')];
    for (const other of others) meals.push(await other.result());
    assert.deepEqual(meals, [60, 60, 60, 60, 60]);
    assert.deepEqual(table.available, table.totals);
  });

  test(`Banker.named() is one banker for each ${kind}, and tells whose claims there are`, async () => {
    const banker = Banker.named(`shared with a ${kind}`, { resources: RESOURCES });
    const claim = banker.claim({ a: 1 });
    claim.requestSync({ a: 1 });
    const other = await start(kind, lookAtNamed, [`shared with a ${kind}`]);
    assert.deepEqual(await other.result(), {
      available: { a: 1, b: 3 },
      claims: [{ owner: { pid: process.pid, name: 'MainProcess', thread: 0 }, held: { a: 1, b: 0 } }],
    });
  });

  for (const form of ['awaits', 'blocks'] as const) {
    test(`What is given back goes to a ${kind} that ${form}`, async () => {
      const banker: Pieces = new Banker({ resources: RESOURCES });
      const told = new Queue<string>();
      const claim = banker.claim({ a: 2, b: 3 });
      claim.requestSync({ a: 1 });
      const other = await start(kind, askOnce, [banker, told, form]);
      await told.get(HANG_GUARD);
      await until('it waits', () => banker.stats().waiting === 1);
      const [state] = banker.claims().filter(({ id }) => id !== claim.id);
      assert.deepEqual(state?.waitsFor, { a: 2, b: 1 });
      assert.equal(state.owner?.pid === process.pid, kind === 'thread');
      claim.release();
      assert.deepEqual(await other.result(), { a: 2, b: 1 });
      await until('its claim is gone with it', () => banker.available.a === 2);
      claim.requestSync({ a: 2 });
    });
  }

  for (const form of ['awaited', 'blocking', 'tried', 'tried by a blocking form'] as const) {
    test(`The claims of a ${kind} that is killed come back to whoever asks for them (${form})`, async () => {
      const banker: Pieces = new Banker({ resources: RESOURCES });
      const told = new Queue<string>();
      const holder = await start(kind, holdAll, [banker, told, form === 'awaited' ? 'idle' : 'busy']);
      await told.get(HANG_GUARD);
      assert.deepEqual(banker.available, { a: 0, b: 0 });
      const claim = banker.claim({ a: 2, b: 3 });
      const waiting = form === 'awaited' ? claim.request({ a: 2, b: 3 }, HANG_GUARD) : undefined;
      await holder.kill();
      await waiting;
      if (form === 'blocking') claim.requestSync({ a: 2, b: 3 }, HANG_GUARD);
      if (form === 'tried') await until('it is granted', () => claim.tryRequest({ a: 2, b: 3 }));
      if (form === 'tried by a blocking form') {
        claim.close();
        assert.equal(tryUntilGranted(banker, 'requestSync'), true);
      }
      assert.deepEqual(banker.available, { a: 0, b: 0 });
      assert.equal(banker.claims().length, 1);
    });
  }

  test(`Looking at a banker counts no claims of a ${kind} that is dead`, async () => {
    const banker: Pieces = new Banker({ resources: RESOURCES });
    const told = new Queue<string>();
    const holder = await start(kind, holdAll, [banker, told, 'busy']);
    await told.get(HANG_GUARD);
    await holder.kill();
    await until('all is available', () => banker.available.a === 2 && banker.available.b === 3);
    assert.deepEqual(banker.claims(), []);
  });

  test(`The claims of a ${kind} that is dead take no places from others`, async () => {
    const banker: Pieces = new Banker({ resources: RESOURCES });
    const told = new Queue<string>();
    const holder = await start(kind, holdAll, [banker, told, 'busy']);
    await told.get(HANG_GUARD);
    for (let claims = 2; claims < 64; claims++) banker.claim({ a: 1 });
    assert.throws(() => banker.claim({ a: 1 }), { code: 'over-limit' });
    await holder.kill();
    const isMade = (): boolean => {
      try {
        return banker.claim({ a: 1 }).max.a === 1;
      } catch {
        return false; // a thread is dead a moment after its end
      }
    };
    await until('there is a place', isMade);
    banker.claim({ a: 1 });
    assert.throws(() => banker.claim({ a: 1 }), { code: 'over-limit' });
  });

  test(`A deadlock with a ${kind} is detected, and its death ends it`, async () => {
    const banker: Pieces = new Banker({ resources: RESOURCES, avoid: false });
    const told = new Queue<number>();
    const mine = banker.claim();
    mine.requestSync({ b: 3 });
    assert.deepEqual(banker.detect(), []);
    const other = await start(kind, takeThenWait, [banker, told, 'a']);
    await told.get(HANG_GUARD);
    await until('it waits', () => banker.stats().waiting === 1);
    assert.deepEqual(banker.detect(), []);
    const waiting = mine.request({ a: 1 }, HANG_GUARD);
    assert.deepEqual(
      banker.detect().map(({ held }) => held),
      [
        { a: 0, b: 3 },
        { a: 2, b: 0 },
      ],
    );
    await other.kill();
    await waiting;
    assert.deepEqual(banker.detect(), []);
  });

  test(`A ${kind} killed while it waits is in nobody's way`, async () => {
    const banker: Pieces = new Banker({ resources: RESOURCES });
    const claim = banker.claim({ a: 2, b: 3 });
    claim.requestSync({ a: 1 });
    const told = new Queue<string>();
    const waiter = await start(kind, askOnce, [banker, told, 'blocks']);
    await told.get(HANG_GUARD);
    await until('it waits', () => banker.stats().waiting === 1);
    await waiter.kill();
    await claim.request({ a: 1, b: 3 }, HANG_GUARD);
    await until('it is gone', () => banker.claims().length === 1);
    assert.equal(banker.stats().waiting, 0);
  });
}
