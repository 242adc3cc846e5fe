/** The table of who waits for what: entries are written, found, taken out, and gone with whoever wrote them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { here } from '../../../src/memory/index.ts';
import { LEDGER_LIMIT } from '../../../src/memory/ledger.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const { ledger } = here();
/** Tags that no participant has. */
const [ME, OTHER] = [0x00ffff, 0x01ffff];
const LOCK = { offset: 64 * 3000, serial: 7 };
const NEXT = { offset: 64 * 0x3fffff, serial: 0x7fffffff };
const inside = <R>(step: () => R): R => ledger.inside(step);

test('An entry is read as it was written, until it is taken out by whoever wrote it', () => {
  const index = inside(() => ledger.add('wait', ME, 12, NEXT, 'shop.ts:1:2'));
  assert.deepEqual(
    inside(() => ledger.entries()),
    [{ index, tag: ME, kind: 'wait', strand: 12, object: NEXT, other: { offset: 0, serial: 0 } }],
  );
  assert.equal(
    inside(() => ledger.site(index)),
    'shop.ts:1:2',
  );
  inside(() => ledger.remove(index, OTHER));
  assert.equal(inside(() => ledger.entries()).length, 1);
  inside(() => ledger.remove(index, ME));
  assert.deepEqual(
    inside(() => ledger.entries()),
    [],
  );
});

test('A place that was given back is used again, and what is behind it stays', () => {
  const [one, two, three] = ['a', 'b', 'c'].map((site) =>
    inside(() => ledger.add('hold', ME, 1, LOCK, site)),
  );
  inside(() => ledger.remove(two as number, ME));
  assert.deepEqual(
    inside(() => ledger.entries().map(({ index }) => ledger.site(index))),
    ['a', 'c'],
  );
  assert.equal(
    inside(() => ledger.add('hold', OTHER, 1, LOCK, 'd')),
    two,
  );
  inside(() => ledger.reap(ME));
  assert.deepEqual(
    inside(() => ledger.entries().map(({ tag, index }) => [tag, ledger.site(index)])),
    [[OTHER, 'd']],
  );
  for (const index of [one, two, three]) inside(() => ledger.remove(index as number, OTHER));
  assert.deepEqual(
    inside(() => ledger.entries()),
    [],
  );
});

test('An order outlives whoever noted it, with both of its lines', () => {
  const before = inside(() => ledger.entries()).length;
  assert.ok(inside(() => ledger.addOrder(LOCK, 'second', NEXT, 'first')));
  inside(() => ledger.reap(ME));
  const entry = inside(() => ledger.entries()).at(-1);
  assert.ok(entry);
  assert.deepEqual([entry.kind, entry.object, entry.other], ['order', LOCK, NEXT]);
  assert.deepEqual(
    inside(() => [ledger.site(entry.index), ledger.otherSite(entry.index)]),
    ['second', 'first'],
  );
  inside(() => ledger.remove(entry.index, entry.tag));
  assert.equal(inside(() => ledger.entries()).length, before);
});

test('Of a line of code that is too long the end is kept; and a full table takes no more', () => {
  const index = inside(() => ledger.add('wait', ME, 1, LOCK, `${'x'.repeat(500)}.ts:1:2`));
  assert.equal(
    inside(() => ledger.site(index)),
    `…${'x'.repeat(85)}.ts:1:2`,
  );
  const wide = inside(() => ledger.add('wait', ME, 1, LOCK, '多'.repeat(40)));
  assert.equal(
    inside(() => ledger.site(wide)),
    `…${'多'.repeat(30)}`,
  );
  inside(() => ledger.remove(wide, ME));
  const short = inside(() => ledger.add('wait', ME, 1, LOCK, 'x'.repeat(95)));
  assert.equal(
    inside(() => ledger.site(short)),
    'x'.repeat(95),
  );
  inside(() => ledger.remove(short, ME));
  for (let added = 1; added < LEDGER_LIMIT; added++)
    assert.ok(inside(() => ledger.add('wait', ME, 1, LOCK, '')) >= 0);
  assert.equal(
    inside(() => ledger.add('wait', OTHER, 1, LOCK, '')),
    -1,
  );
  assert.equal(
    inside(() => ledger.addOrder(LOCK, '', NEXT, '')),
    false,
  );
  inside(() => ledger.reap(ME));
  assert.deepEqual(
    inside(() => ledger.entries()),
    [],
  );
});
