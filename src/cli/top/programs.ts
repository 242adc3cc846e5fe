/**
 * The programs of this user that run, each with its table.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { findArenas, lookInto, type RunningArena } from '../../memory/index.ts';
import { type ProcessRow, tableOf } from '../../process/index.ts';

/** A tree of processes that runs. Its fields are those of `--json`. */
export interface Program {
  /** Number of its shared memory: the same for as long as it runs. */
  readonly arena: number;
  /** Processes that have its shared memory open. */
  readonly pids: readonly number[];
  /** Why its table cannot be read; null when it can. */
  readonly problem: string | null;
  readonly rows: readonly ProcessRow[];
}

export interface Programs {
  readonly programs: readonly Program[];
  /** Processes of this user that could not be looked into. */
  readonly refused: number;
}

/** All of them; or those that a process belongs to. */
export function findPrograms(pid?: number): Programs {
  const { arenas, refused } = findArenas();
  const programs = arenas.flatMap((arena) => read(arena) ?? []);
  if (pid === undefined) return { programs, refused };
  const isIn = ({ pids, rows }: Program): boolean =>
    pids.includes(pid) || rows.some((row) => row.pid === pid);
  return { programs: programs.filter(isIn), refused };
}

function read(arena: RunningArena): Program | undefined {
  const { inode, pids } = arena;
  try {
    const rows = lookInto(arena, tableOf);
    // Who only looks into it has it open, too, and may be the last one.
    return rows.length === 0 ? undefined : { arena: inode, pids, problem: null, rows };
  } catch (error) {
    if (!(error instanceof DuodaoError)) throw error;
    return error.code === 'closed' ? undefined : { arena: inode, pids, problem: error.message, rows: [] };
  }
}
