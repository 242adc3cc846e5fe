/** The order of a tree, also of rows that are none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../../../../src/cli/top/tree.ts';
import type { ProcessRow } from '../../../../src/process/index.ts';
import { rowOf } from './rows.ts';

function drawn(rows: readonly ProcessRow[]): string[] {
  return treeOf(rows).map(({ row, depth }) => `${'-'.repeat(depth)}${row.name}`);
}

test('treeOf() places children below parents and threads below processes, each in its order', () => {
  const rows = [
    rowOf({ name: 'root', pid: 1, ppid: 99 }),
    rowOf({ name: 'second', pid: 3, ppid: 1 }),
    rowOf({ name: 'third', pid: 4, ppid: 1 }),
    rowOf({ name: 'grandchild', pid: 5, ppid: 3 }),
    rowOf({ name: 'thread', pid: 1, ppid: 1, kind: 'thread', thread: 2 }),
    rowOf({ name: 'not started', pid: null, ppid: 4 }),
    rowOf({ name: 'stranger', pid: 7, ppid: null }),
  ];
  assert.deepEqual(drawn(rows), [
    'root',
    '-second',
    '--grandchild',
    '-third',
    '--not started',
    '-thread',
    'stranger',
  ]);
});

test('treeOf() gives a child to the living one of two that had the number', () => {
  const rows = [
    rowOf({ name: 'dead', pid: 3, ppid: 1, state: 'terminated' }),
    rowOf({ name: 'living', pid: 3, ppid: 1 }),
    rowOf({ name: 'child', pid: 4, ppid: 3 }),
  ];
  assert.deepEqual(drawn(rows), ['dead', 'living', '-child']);
});

test('treeOf() shows each row once, whatever circle they make', () => {
  const rows = [
    rowOf({ name: 'a', pid: 1, ppid: 2 }),
    rowOf({ name: 'b', pid: 2, ppid: 1 }),
    rowOf({ name: 'own parent', pid: 3, ppid: 3 }),
  ];
  assert.deepEqual(drawn(rows), ['own parent', 'a', '-b']);
});

test('treeOf() follows a chain of any length', () => {
  const rows = Array.from({ length: 3000 }, (_, index) => rowOf({ pid: index + 2, ppid: index + 1 }));
  assert.equal(treeOf(rows).at(-1)?.depth, 2999);
});
