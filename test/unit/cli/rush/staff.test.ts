/** The sellers as a crew: started, killed on purpose, replaced when they die, and not replaced for ever. */
import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import { OPEN, prepare, unpackOutcome } from '../../../../src/cli/rush/book.ts';
import { type Desk, layOut } from '../../../../src/cli/rush/desk.ts';
import { Staff } from '../../../../src/cli/rush/staff.ts';
import type { SellerView } from '../../../../src/cli/rush/view.ts';
import type { DuodaoError } from '../../../../src/index.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../../harness/leaks.ts';
import { until } from '../../../harness/tree.ts';

const ORDERS = 400;

interface Crew {
  readonly desk: Desk;
  readonly staff: Staff;
  readonly failures: Error[];
}

const crews: Crew[] = [];
let clean: Holdings;
before(async () => {
  // The first child of a process brings what stays: the arena, the bell, the watch.
  const first = await crew(1);
  first.desk.queue.close();
  await first.staff.gone();
  clean = holdings();
});

/** Whatever a test did, its sellers are gone before the next one. */
afterEach(async () => {
  for (const { desk, staff } of crews.splice(0)) {
    staff.dismiss();
    desk.queue.close();
    await staff.gone();
  }
  await assertNoLeaks(clean);
});

/** A desk for so many orders of one seat each, none handed out yet. */
async function crew(sellers: number): Promise<Crew> {
  const orders = Array.from({ length: ORDERS }, (_, id) => {
    return { id, buyer: 'Li Na', train: 'G1', class: 'first', seats: 1 };
  });
  const classes = [{ name: 'first', seats: 10, price: 1 }];
  const desk = layOut(prepare({ trains: [{ train: 'G1', classes }] }, orders));
  const failures: Error[] = [];
  const staff = new Staff(desk, true, (failure) => failures.push(failure));
  crews.push({ desk, staff, failures });
  await staff.hire(sellers);
  return { desk, staff, failures };
}

function see({ staff }: Crew): SellerView[] {
  return staff.view(new Map(), 0);
}

function names(crewed: Crew): string[] {
  return see(crewed).map(({ name }) => name);
}

async function untilAtWork(crewed: Crew, count: number): Promise<void> {
  const isThere = (): boolean =>
    see(crewed).filter(({ state }) => state !== 'starting').length === count && see(crewed).length === count;
  await until(`${count} sellers are at work`, isThere);
}

function handOut({ desk }: Crew, from: number, to: number): void {
  for (let order = from; order < to; order++) assert.equal(desk.queue.tryPut(order), true);
}

async function untilAnswered({ desk }: Crew, from: number, to: number): Promise<void> {
  const isAnswered = (): boolean => desk.outcomes.view.subarray(from, to).every((word) => word !== OPEN);
  await until(`orders ${from} to ${to} are answered`, isAnswered);
}

test('Staff hires sellers who sell, and are gone when the queue is closed', async () => {
  const crewed = await crew(2);
  assert.deepEqual(names(crewed), ['seller 1', 'seller 2']);
  handOut(crewed, 0, ORDERS);
  crewed.desk.queue.close();
  await crewed.staff.gone();
  await untilAnswered(crewed, 0, ORDERS);
  const sold = [...crewed.desk.outcomes.view].filter((word) => unpackOutcome(word).status === 'sold').length;
  assert.deepEqual([sold, crewed.desk.left.view[0], names(crewed), crewed.failures], [10, 0, [], []]);
});

test('Staff kills nobody while nobody is at work', async () => {
  const crewed = await crew(1);
  assert.equal(crewed.staff.killOne(0), false);
  assert.equal(crewed.staff.killed, 0);
});

test('Staff kills the seller at work that the random number says, and each one only once', async () => {
  const crewed = await crew(3);
  await untilAtWork(crewed, 3);
  const first = see(crewed)[0]?.pid;
  crewed.staff.close();
  assert.equal(crewed.staff.killOne(0.4), true);
  // Of the two others: the dead one is not known to be dead yet, but is chosen no more.
  assert.equal(crewed.staff.killOne(0.99), true);
  await until('two are gone', () => see(crewed).length === 1);
  assert.equal(see(crewed)[0]?.pid, first);
  assert.equal(crewed.staff.killOne(0), true);
  assert.equal(crewed.staff.killOne(0), false);
  assert.equal(crewed.staff.killed, 3);
});

test('Staff replaces whom it kills, and no order is lost or answered twice', async () => {
  const crewed = await crew(1);
  for (let kill = 0; kill < 2; kill++) {
    handOut(crewed, kill * 200, kill * 200 + 200);
    await untilAtWork(crewed, 1);
    assert.equal(crewed.staff.killOne(0), true);
    await until('the next one is there', () => names(crewed)[0] === `seller ${kill + 2}`);
  }
  await untilAnswered(crewed, 0, ORDERS);
  assert.deepEqual([crewed.staff.killed, crewed.failures], [2, []]);
  const sold = [...crewed.desk.outcomes.view].filter((word) => unpackOutcome(word).status === 'sold').length;
  assert.equal(sold, 10);
});

test('Staff replaces sellers that others kill, as often as that happens, while orders are answered', async () => {
  const crewed = await crew(1);
  for (let kill = 0; kill < 4; kill++) {
    handOut(crewed, kill, kill + 1);
    await untilAnswered(crewed, kill, kill + 1);
    process.kill(see(crewed)[0]!.pid, 'SIGKILL');
    await until('the next one is there', () => names(crewed)[0] === `seller ${kill + 2}`);
  }
  assert.deepEqual([crewed.staff.killed, crewed.failures], [0, []]);
});

test('Staff says why nobody can work when three in a row die at an order, and hires no more', async () => {
  const crewed = await crew(1);
  crewed.desk.refusalOf.view[0] = 99; // no such reason: whoever takes the order breaks off
  handOut(crewed, 0, 1);
  await until('it gives up', () => crewed.failures.length > 0);
  assert.deepEqual(names(crewed), []);
  const [failure] = crewed.failures as DuodaoError[];
  assert.equal(failure?.code, 'exited');
  assert.match(
    failure.message,
    /^Cannot sell as the sellers die, and no order is answered: Broken belief: an answer is no code 99/,
  );
  assert.deepEqual([failure.facts['name'], crewed.failures.length], ['seller 3', 1]);
});

test('Staff gives up at once when no process can be started', async () => {
  const { execPath } = process;
  process.execPath = '/nowhere/node';
  try {
    const crewed = await crew(1);
    await until('it gives up', () => crewed.failures.length > 0);
    assert.match(crewed.failures[0]!.message, /^Cannot sell as .*seller 1 .* did not start: .*ENOENT/);
  } finally {
    process.execPath = execPath;
  }
});

test('Staff that is going replaces nobody, hires nobody, and sends away who has not begun', async () => {
  const crewed = await crew(1);
  await untilAtWork(crewed, 1);
  await crewed.staff.hire(1);
  crewed.staff.close();
  await crewed.staff.hire(1);
  await until('the second is gone', () => names(crewed).length === 1);
  assert.deepEqual(names(crewed), ['seller 1']);
  handOut(crewed, 0, 1);
  await untilAnswered(crewed, 0, 1);
  process.kill(see(crewed)[0]!.pid, 'SIGKILL');
  await crewed.staff.gone();
  assert.deepEqual([names(crewed), crewed.failures], [[], []]);
});

test('Staff dismisses a seller that is stopped', async () => {
  const crewed = await crew(1);
  await untilAtWork(crewed, 1);
  process.kill(see(crewed)[0]!.pid, 'SIGSTOP');
  crewed.staff.close();
  crewed.staff.dismiss();
  await crewed.staff.gone();
  assert.deepEqual(names(crewed), []);
});

test('Staff shows where each seller is in its life, its speed and what it sold', async () => {
  const crewed = await crew(1);
  const { staff } = crewed;
  const [starting] = staff.view(new Map(), 0);
  assert.equal(starting?.state, 'starting');
  await untilAtWork(crewed, 1);
  const pid = starting?.pid;
  const seller = { name: 'seller 1', pid, state: 'waiting' };
  const done = (answered: number): Map<number, { answered: number; sold: number }> =>
    new Map([[1, { answered, sold: 7 }]]);
  assert.deepEqual(staff.view(done(10), 2), [{ ...seller, perSecond: 5, sold: 7 }]);
  assert.deepEqual(staff.view(done(40), 0.1), [{ ...seller, perSecond: 300, sold: 7 }]);
  assert.deepEqual(staff.view(done(40), 0), [{ ...seller, perSecond: 0, sold: 7 }]);
  const held = crewed.desk.lock.acquireSync();
  handOut(crewed, 0, 2);
  assert.equal(staff.view(new Map(), 1)[0]?.state, 'selling');
  held.release();
});
