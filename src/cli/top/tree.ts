/**
 * Rows in the order of a tree: children below their parents, threads below their processes.
 *
 * The numbers come from a program that may say anything, a circle of parents, say: each row has its place once.
 *
 * @module
 */
import type { ProcessRow } from '../../process/index.ts';

/** A row and how deep it stands. */
export interface Placed {
  readonly row: ProcessRow;
  readonly depth: number;
}

export function treeOf(rows: readonly ProcessRow[]): Placed[] {
  const parents = new Map(rows.map((row) => [row, parentOf(row, rows)]));
  const placed: Placed[] = [];
  const left = new Set(rows);
  // Not by recursion, as a chain may be longer than the stack.
  const stack: Placed[] = [];
  const placeBelow = (root: ProcessRow): void => {
    stack.push({ row: root, depth: 0 });
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (!left.delete(next.row)) continue;
      placed.push(next);
      const { row, depth } = next;
      const children = rows.filter((one) => parents.get(one) === row);
      stack.push(...children.toReversed().map((child) => ({ row: child, depth: depth + 1 })));
    }
  };
  for (const row of rows) if (parents.get(row) === undefined) placeBelow(row);
  for (const row of rows) if (left.has(row)) placeBelow(row);
  return placed;
}

function parentOf(row: ProcessRow, rows: readonly ProcessRow[]): ProcessRow | undefined {
  const pid = row.kind === 'thread' ? row.pid : row.ppid;
  if (pid === null) return undefined;
  const processes = rows.filter((one) => one !== row && one.kind === 'process' && one.pid === pid);
  // Of several that had the number, the one that lives.
  return processes.find(({ state }) => state !== 'terminated') ?? processes[0];
}
