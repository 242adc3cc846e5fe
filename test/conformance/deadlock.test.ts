/**
 * Waits in a circle, between processes, threads and tasks: whoever closes it is told, with names and lines, and
 * nobody is told who could go on.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type DuodaoError, Lock, Queue, RLock, SharedArray, Value } from '../../src/index.ts';
import { here } from '../../src/memory/index.ts';
import { PENDING_INDEX } from '../../src/platform/index.ts';
import { type Form, TABLE, type Told, takeBoth, takeInOrder } from '../fixtures/sync/circles.ts';
import { holdBusy } from '../fixtures/sync/holders.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD, KINDS, type ParticipantKind, start } from '../harness/participants.ts';
import { until } from '../harness/tree.ts';

endsClean({ killsThreads: true });

const LONG_MS = 20_000;

/** How many waits are written down. */
const waits = (): number =>
  here().ledger.inside(
    () =>
      here()
        .ledger.entries()
        .filter(({ kind }) => kind === 'wait').length,
  );

type Anyone = Lock | RLock;

/** Seats one at each lock, who wants the next one, too; gives what each of them was told. */
async function dine(
  kind: ParticipantKind,
  locks: readonly Anyone[],
  forms: readonly Form[],
  timeoutMs = LONG_MS,
): Promise<Told[]> {
  const table = new SharedArray('i32', 3);
  const people = locks.length;
  const others = await Promise.all(
    locks.map((lock, index) =>
      start(kind, takeBoth, [
        lock,
        locks[(index + 1) % people] as Anyone,
        table,
        people,
        forms[index % forms.length] as Form,
        timeoutMs,
      ]),
    ),
  );
  return Promise.all(others.map((other) => other.result()));
}

const sorted = (values: readonly unknown[]): string[] => values.map(String).sort((a, b) => (a < b ? -1 : 1));
const codes = (told: readonly Told[]): string[] => sorted(told.map(({ code }) => code));

for (const kind of KINDS) {
  for (const forms of [['blocks'], ['awaits'], ['awaits', 'blocks']] as const) {
    test(`Two locks in opposite order: of two ${kind} that ${forms.join(' and ')}, one is told`, async () => {
      const locks = [new Lock({ name: 'left' }), new Lock({ name: 'right' })];
      const told = await dine(kind, locks, forms);
      assert.deepEqual(codes(told), ['deadlock', 'had it']);
      const { message, facts } = told.find(({ code }) => code === 'deadlock') as Told;
      assert.equal(facts?.['parties'], 2);
      assert.deepEqual([facts['holds1'], facts['waitsFor2']], [facts['waitsFor2'], facts['holds1']]);
      assert.deepEqual(sorted([facts['holds1'], facts['holds2']]), ['lock "left"', 'lock "right"']);
      assert.match(String(facts['site1']), /test\/fixtures\/sync\/circles\.ts:\d+:\d+$/);
      assert.match(String(facts['site2']), /test\/fixtures\/sync\/circles\.ts:\d+:\d+$/);
      const name = kind === 'process' ? /^Process-\d+$/ : /^Thread-\d+$/;
      assert.match(String(facts['process1']), name);
      assert.match(String(facts['process2']), name);
      assert.notEqual(facts['process1'], facts['process2']);
      assert.equal(facts['thread1'] === 0, kind === 'process');
      assert.match(message ?? '', /^Cannot wait for the lock "(left|right)" as that would never end/);
      for (const fact of ['process1', 'process2', 'pid2', 'site1', 'site2'])
        assert.ok(message?.includes(String(facts[fact])), fact);
      assert.equal(waits(), 0);
    });
  }

  test(`Five philosophers, each a ${kind} with one fork, all want the second: one is told of all five`, async () => {
    const forks = Array.from({ length: 5 }, (_, index) => new Lock({ name: `fork ${index}` }));
    const told = await dine(kind, forks, ['blocks', 'awaits']);
    assert.deepEqual(codes(told), ['deadlock', 'had it', 'had it', 'had it', 'had it']);
    const { facts } = told.find(({ code }) => code === 'deadlock') as Told;
    assert.equal(facts?.['parties'], 5);
    const held = [1, 2, 3, 4, 5].map((number) => facts[`holds${number}`]);
    assert.deepEqual(
      sorted(held),
      [0, 1, 2, 3, 4].map((fork) => `lock "fork ${fork}"`),
    );
    // Each waits for what the next one holds.
    assert.deepEqual(
      held,
      [5, 1, 2, 3, 4].map((number) => facts[`waitsFor${number}`]),
    );
    assert.equal(waits(), 0);
  });

  test(`Locks that nest, and those of values, are seen in the circles of a ${kind}`, async () => {
    const value = new Value('i32', 0);
    const told = await dine(kind, [new RLock({ name: 'nests' }), value.lock], ['blocks']);
    assert.deepEqual(codes(told), ['deadlock', 'had it']);
    const { facts } = told.find(({ code }) => code === 'deadlock') as Told;
    const held = sorted([facts?.['holds1'], facts?.['holds2']]);
    assert.equal(held[0], 'reentrant lock "nests"');
    assert.match(held[1] ?? '', /^value #\d+$/);
  });

  test(`A ${kind} that limits its wait to less than a second has its time-out, circle or not`, async () => {
    const told = await dine(kind, [new Lock(), new Lock()], ['blocks', 'awaits'], 300);
    assert.ok(told.some(({ code }) => code === 'timed-out'));
    assert.ok(told.every(({ code }) => code !== 'deadlock'));
    assert.equal(waits(), 0);
  });

  test(`A circle of ${kind} over a lock with detect: false is nobody's business`, async () => {
    const told = await dine(kind, [new Lock({ detect: false }), new Lock()], ['blocks'], 1500);
    assert.ok(told.some(({ code }) => code === 'timed-out'));
    assert.ok(told.every(({ code }) => code !== 'deadlock'));
  });

  test(`A ${kind} that waits for a lock whose holder dies is told nothing`, async () => {
    const [mine, theirs] = [new Lock(), new Lock()];
    const told = new Queue<boolean>();
    const holder = await start(kind, holdBusy, [theirs, told]);
    await told.get(HANG_GUARD);
    const held = await mine.acquire();
    const next = theirs.acquire({ within: held, ...HANG_GUARD });
    await until('it waits', () => waits() === 1);
    await holder.kill();
    (await next).release();
    held.release();
    assert.equal(waits(), 0);
  });

  test(`Three ${kind} that take locks in one order are never told of a circle`, async () => {
    const locks = Array.from({ length: 5 }, () => new Lock());
    const table = new SharedArray('i32', 3);
    const others = await Promise.all(
      [1, 2, 3].map((seed) => start(kind, takeInOrder, [locks, table, 3000, seed * 7919])),
    );
    for (const other of others) await other.result();
    assert.equal(table.view[TABLE.meals], 9000);
    assert.equal(waits(), 0);
  });
}

test('Lock that a thread holds is never free while that thread blocks for it, and it is told so', () => {
  const lock = new Lock({ name: 'own' });
  const held = lock.acquireSync();
  assert.throws(
    () => lock.acquireSync(),
    (error: DuodaoError) => {
      assert.equal(error.code, 'deadlock');
      assert.deepEqual(
        [error.facts['parties'], error.facts['holds1'], error.facts['waitsFor1']],
        [1, 'lock "own"', 'lock "own"'],
      );
      return true;
    },
  );
  assert.throws(() => lock.acquireSync({ timeoutMs: 20 }), { code: 'timed-out' });
  held.release();
  assert.equal(waits(), 0);
});

test('A task that waits within what it holds for that very thing is told, if it says so', async () => {
  const lock = new Lock();
  const held = await lock.acquire();
  await assert.rejects(lock.acquire({ within: held }), { code: 'deadlock' });
  await assert.rejects(lock.acquire({ timeoutMs: 1200 }), { code: 'timed-out' });
  held.release();
  assert.equal(lock.isLocked, false);
});

test('Two tasks of one thread that take two locks in opposite order: the second is told', async () => {
  const [left, right] = [new Lock(), new Lock()];
  const [one, two] = [await left.acquire(), await right.acquire()];
  const waiting = left.acquire({ within: two });
  await assert.rejects(right.acquire({ within: one }), { code: 'deadlock' });
  one.release();
  (await waiting).release();
  two.release();
  assert.equal(waits(), 0);
});

test('A task that waits for two locks at once is in no circle as long as one of them may still be had', async () => {
  const [a, b, c] = [new Lock(), new Lock(), new Lock()];
  const [mine, theirs, others] = [await a.acquire(), await b.acquire(), await c.acquire()];
  const [forB, forC] = [b.acquire({ within: mine }), c.acquire({ within: mine })];
  const forA = a.acquire({ within: theirs });
  others.release();
  (await forC).release();
  // Now there is one way left, and that leads back.
  const ends = await Promise.allSettled([
    forB.finally(() => mine.release()),
    forA.finally(() => theirs.release()),
  ]);
  const reasons = ends.flatMap((end) =>
    end.status === 'rejected' ? [(end.reason as DuodaoError).code] : [],
  );
  assert.deepEqual(reasons, ['deadlock']);
  for (const end of ends) if (end.status === 'fulfilled') end.value.release();
  assert.equal(waits(), 0);
});

test('A circle is seen by nobody any more once one is to be told of it, not even while it is put into words', (t) => {
  const { ledger, objects, robust } = here();
  const lock = new Lock();
  const held = lock.acquireSync();
  const seen: number[] = [];
  const find = objects.find.bind(objects);
  // The names are asked for outside the guard of the ledger, where others may look.
  t.mock.method(objects, 'find', (place: Parameters<typeof find>[0]) => {
    if (robust.pending[PENDING_INDEX] === 0) seen.push(ledger.entries().length);
    return find(place);
  });
  assert.throws(() => lock.acquireSync(), { code: 'deadlock' });
  held.release();
  assert.ok(seen.length > 0);
  assert.deepEqual(new Set(seen), new Set([0]));
});

test('A wait that ends in any way is taken out of the ledger', async () => {
  const lock = new Lock();
  const held = await lock.acquire();
  const other = await new Lock().acquire();
  const abort = new AbortController();
  const aborted = lock.acquire({ within: other, signal: abort.signal });
  const served = lock.acquire({ within: other });
  await assert.rejects(lock.acquire({ within: other, timeoutMs: 1001 }), { code: 'timed-out' });
  assert.equal(waits(), 2);
  abort.abort(new Error('enough'));
  await assert.rejects(aborted, { message: 'enough' });
  assert.equal(waits(), 1);
  held.release();
  (await served).release();
  assert.equal(waits(), 0);
  other.release();
});

test('within refuses what is no Held', async () => {
  for (const within of [{}, 'held', 3, null])
    await assert.rejects(new Lock().acquire({ within: within as never }), TypeError);
  assert.throws(() => new Lock().acquireSync({ within: {} as never }), TypeError);
  assert.throws(() => new RLock().acquireSync({ within: {} as never }), TypeError);
});
