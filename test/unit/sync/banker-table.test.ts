/**
 * A banker as bytes: claims come, are granted, give back and go, and whatever is cut short at any store leaves the old
 * table or the new one. Real kills: test/crash/banker-kill.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Bell, BODY_OFFSET } from '../../../src/memory/index.ts';
import { Ledger } from '../../../src/sync/banker-safety.ts';
import { BankerTable, CLAIMS_MAX } from '../../../src/sync/banker-table.ts';
import { Memory, statesOf } from './banker-memory.ts';

const ME = 77;
const OTHER = 78;
const LAST_ID = (BODY_OFFSET + 8) / 4;
const NOBODY = new Uint8Array();
const RESOURCES = { printers: 2, seats: 10, 宽: 0 };

// Of our own, as statesOf() puts another one in its place.
const Words = Int32Array;
const amounts = (...numbers: readonly number[]): Int32Array => Words.from(numbers);

/** A bell that only says whom it rang. */
function listening(): { bell: Bell; rung: number[] } {
  const rung: number[] = [];
  return { bell: { ring: (slot: number) => rung.push(slot) } as never, rung };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const each = (table: BankerTable, at: (resource: number) => number): number[] =>
  Array.from({ length: table.resources }, (_, resource) => at(resource));

/** Everything that a table says of its claims. */
function claimsOf(table: BankerTable): unknown[] {
  const rows = Array.from({ length: CLAIMS_MAX }, (_, row) => row).filter((row) => table.owner(row) !== 0);
  return rows.map((row) => ({
    row,
    owner: table.owner(row),
    name: text(table.name(row)),
    max: each(table, (resource) => table.max(row, resource)),
    held: each(table, (resource) => table.held(row, resource)),
    waitsFor: table.isWaiting(row) ? each(table, (resource) => table.requested(row, resource)) : undefined,
  }));
}

/** A banker with two claims, of which the first holds something and the second waits. */
function busy(): Memory {
  const memory = Memory.of(RESOURCES);
  const table = new BankerTable(memory);
  table.add(ME, amounts(2, 6, 0), Buffer.from('first'));
  table.add(OTHER, amounts(1, 8, 0), Buffer.from('second'));
  table.grant(0, amounts(1, 3, 0));
  table.grant(0, amounts(0, 1, 0));
  table.wait(1, amounts(1, 7, 0));
  table.waitSet(1).add(5);
  return memory;
}

test('A new banker has its resources, by name and total, and no claims', () => {
  for (const avoids of [true, false]) {
    const table = new BankerTable(Memory.of(RESOURCES, avoids));
    assert.equal(table.avoids, avoids);
    assert.deepEqual(
      each(table, (resource) => table.total(resource)),
      [2, 10, 0],
    );
    assert.deepEqual(
      [0, 1, 2].map((resource) => text(table.resourceName(resource))),
      ['printers', 'seats', '宽'],
    );
    assert.deepEqual(claimsOf(table), []);
    assert.deepEqual([table.grants, table.waits], [0, 0]);
  }
});

test('A name takes all of its place, and no more', () => {
  const longest = 'n'.repeat(63);
  const table = new BankerTable(Memory.of({ [longest]: 1, next: 2 }));
  table.add(ME, amounts(1, 1), Buffer.from(longest));
  table.add(ME, amounts(1, 1), NOBODY);
  assert.deepEqual([text(table.resourceName(0)), text(table.resourceName(1))], [longest, 'next']);
  assert.deepEqual([text(table.name(0)), text(table.name(1))], [longest, '']);
});

test('Claims hold what they are granted, without what they give back, each its own', () => {
  const table = new BankerTable(busy());
  assert.deepEqual(claimsOf(table), [
    { row: 0, owner: ME, name: 'first', max: [2, 6, 0], held: [1, 4, 0], waitsFor: undefined },
    { row: 1, owner: OTHER, name: 'second', max: [1, 8, 0], held: [0, 0, 0], waitsFor: [1, 7, 0] },
  ]);
  table.giveBack(0, amounts(1, 1, 0));
  table.grant(1, amounts(1, 7, 0));
  assert.deepEqual(claimsOf(table), [
    { row: 0, owner: ME, name: 'first', max: [2, 6, 0], held: [0, 3, 0], waitsFor: undefined },
    { row: 1, owner: OTHER, name: 'second', max: [1, 8, 0], held: [1, 7, 0], waitsFor: undefined },
  ]);
  assert.deepEqual([table.grants, table.waits], [3, 1]);
});

test('To wait again for something else counts once, and to give back while waiting goes on waiting', () => {
  const table = new BankerTable(busy());
  table.wait(1, amounts(0, 2, 0));
  assert.equal(table.waits, 1);
  assert.deepEqual(
    each(table, (resource) => table.requested(1, resource)),
    [0, 2, 0],
  );
  table.wait(0, amounts(1, 0, 0));
  table.giveBack(0, amounts(0, 1, 0));
  assert.equal(table.isWaiting(0), true);
  assert.equal(table.waits, 2);
  table.withdraw(0);
  assert.equal(table.isWaiting(0), false);
  assert.deepEqual(
    each(table, (resource) => table.held(0, resource)),
    [1, 3, 0],
  );
});

test('A row that is taken again is as new, and its claim has an id that none had before', () => {
  const table = new BankerTable(busy());
  const ids = new Set([table.id(0), table.id(1)]);
  table.remove(1);
  assert.equal(table.owner(1), 0);
  assert.equal(table.add(ME, amounts(0, 1, 0), NOBODY), 1);
  assert.deepEqual(claimsOf(table)[1], {
    row: 1,
    owner: ME,
    name: '',
    max: [0, 1, 0],
    held: [0, 0, 0],
    waitsFor: undefined,
  });
  assert.equal(table.waitSet(1).isEmpty, true);
  assert.equal(table.waitSet(1).has(5), false);
  ids.add(table.id(1));
  assert.equal(ids.size, 3);
});

test('add() gives −1 when all rows are taken, until one is free', () => {
  const table = new BankerTable(Memory.of(RESOURCES));
  const max = amounts(1, 1, 0);
  for (let row = 0; row < CLAIMS_MAX; row++) assert.equal(table.add(ME, max, NOBODY), row);
  assert.equal(table.add(ME, max, NOBODY), -1);
  table.remove(40);
  assert.equal(table.add(ME, max, NOBODY), 40);
});

test('Ids begin anew at 1 after the largest', () => {
  const memory = Memory.of(RESOURCES);
  const table = new BankerTable(memory);
  const max = amounts(0, 0, 0);
  table.add(ME, max, NOBODY);
  memory.words[LAST_ID] = 0x7fffffff;
  table.add(ME, max, NOBODY);
  assert.deepEqual([table.id(0), table.id(1)], [1, 1]);
});

test('enter() puts claims and what is available into a ledger, with the needs that are asked for', () => {
  const table = new BankerTable(busy());
  const ledger = new Ledger(CLAIMS_MAX, table.resources);
  assert.equal(table.enter(ledger, 'rest', 1), 1);
  assert.equal(ledger.rows, 2);
  assert.deepEqual([...ledger.available], [1, 6, 0]);
  assert.deepEqual([...ledger.held.subarray(0, 6)], [1, 4, 0, 0, 0, 0]);
  assert.deepEqual([...ledger.need.subarray(0, 6)], [1, 2, 0, 1, 8, 0]);
  table.enter(ledger, 'request');
  assert.deepEqual([...ledger.need.subarray(0, 6)], [0, 0, 0, 1, 7, 0]);
  table.remove(0);
  assert.equal(table.enter(ledger, 'rest', 1), 0);
  assert.equal(ledger.rows, 1);
  assert.deepEqual([...ledger.available], [2, 10, 0]);
  assert.equal(table.enter(ledger, 'rest', 0), -1);
});

test('ringAll() rings whoever waits with a claim that is there, and empties their sets', () => {
  const memory = busy();
  const table = new BankerTable(memory);
  const { bell, rung } = listening();
  table.waitSet(0).add(3);
  table.ringAll(bell);
  assert.deepEqual(rung, [3, 5]);
  table.ringAll(bell);
  assert.deepEqual(rung, [3, 5]);
  table.waitSet(1).add(5);
  table.remove(1);
  table.ringAll(bell);
  assert.deepEqual(rung, [3, 5]);
});

test('repair() counts the sleepers of each claim anew', () => {
  const memory = busy();
  const table = new BankerTable(memory);
  const data = new Int32Array(memory.data());
  const sleepers = (16 * 64 + 448 + 12) / 4;
  assert.equal(data[sleepers], 1);
  data[sleepers] = 9;
  table.repair();
  assert.equal(data[sleepers], 1);
});

test('copy() is not touched by what happens later', () => {
  const table = new BankerTable(busy());
  const before = claimsOf(table);
  const copy = table.copy();
  table.giveBack(0, amounts(1, 1, 0));
  table.remove(1);
  table.wait(0, amounts(1, 1, 0));
  assert.deepEqual(claimsOf(copy), before);
  assert.deepEqual([copy.grants, copy.waits], [2, 1]);
});

const CHANGES: Readonly<Record<string, (table: BankerTable) => void>> = {
  'a claim': (table) => table.add(ME, amounts(2, 9, 0), Buffer.from('third')),
  'a claim in a row that was used': (table) => {
    table.remove(1);
    table.add(ME, amounts(2, 9, 0), Buffer.from('third'));
  },
  'a grant': (table) => table.grant(0, amounts(1, 2, 0)),
  'a grant to one that waits': (table) => table.grant(1, amounts(1, 5, 0)),
  'giving back': (table) => table.giveBack(0, amounts(1, 4, 0)),
  waiting: (table) => table.wait(0, amounts(1, 2, 0)),
  'waiting for something else': (table) => table.wait(1, amounts(0, 8, 0)),
  'waiting no more': (table) => table.withdraw(1),
  'the end of a claim': (table) => {
    table.ringAll(listening().bell);
    table.remove(0);
  },
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`A death in ${what} leaves the old table or the new one, at whatever store`, () => {
    const memory = busy();
    const wanted = memory.copy();
    const before = JSON.stringify(claimsOf(new BankerTable(memory)));
    change(new BankerTable(wanted));
    const after = JSON.stringify(claimsOf(new BankerTable(wanted)));
    // Some changes are two: then each of them is the old one or the new one.
    const between = new Set<string>();
    let isNew = false;
    for (const state of statesOf(memory, change)) {
      const table = new BankerTable(state);
      table.repair();
      const claims = JSON.stringify(claimsOf(table));
      isNew ||= claims === after;
      if (isNew) assert.equal(claims, after);
      else if (claims !== before) between.add(claims);
      // Whatever was left, nothing is held twice or lost, and the next one finds a table that works.
      const ledger = new Ledger(CLAIMS_MAX, table.resources);
      table.enter(ledger, 'rest');
      assert.ok(ledger.available.every((amount) => amount >= 0));
      const row = table.add(OTHER, amounts(1, 1, 0), NOBODY);
      assert.equal(table.waitSet(row).isEmpty, true);
      table.grant(row, amounts(1, 1, 0));
      assert.deepEqual([table.held(row, 0), table.held(row, 1)], [1, 1]);
    }
    assert.ok(isNew);
    assert.ok(between.size <= (what === 'waiting for something else' || what.includes('was used') ? 1 : 0));
  });
}
