/**
 * Finding the arenas of programs that run, and opening one to look into it.
 *
 * An arena has no name in the file system. But each process of its tree has a descriptor of it, and what these lead to
 * is for the same user to see. Where two have the same inode, they are one tree.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { DuodaoError } from '../base/index.ts';
import { type DescriptorPlace, findMemory } from '../platform/index.ts';
import { LABEL } from './arena.ts';
import { Onlooker } from './onlooker.ts';

/** The arena of a tree of processes that runs. */
export interface RunningArena {
  readonly inode: number;
  /** Processes that have it open, in order. */
  readonly pids: readonly number[];
  readonly places: readonly DescriptorPlace[];
}

export interface FoundArenas {
  readonly arenas: readonly RunningArena[];
  /** Processes of this user that could not be looked into. */
  readonly refused: number;
}

/** The arenas of all programs of this user, the one with the lowest process first. */
export function findArenas(): FoundArenas {
  const { places, refused } = findMemory(LABEL);
  const arenas: RunningArena[] = [];
  for (const inode of new Set(places.map((place) => place.inode))) {
    const own = places.filter((place) => place.inode === inode);
    const pids = [...new Set(own.map(({ pid }) => pid))].toSorted((a, b) => a - b);
    arenas.push({ inode, pids, places: own });
  }
  return { arenas: arenas.toSorted((a, b) => a.pids[0]! - b.pids[0]!), refused };
}

/**
 * Looks into an arena, and closes it again.
 *
 * @throws DuodaoError `closed` when all who had it are gone, `protocol` when it is none that we know.
 */
export function lookInto<R>({ places, inode }: RunningArena, look: (onlooker: Onlooker) => R): R {
  for (const { path } of places) {
    const fd = tryOpen(path);
    if (fd === undefined) continue;
    try {
      // The process may be gone, and its number be another one's.
      if (fstatSync(fd).ino === inode) return look(new Onlooker(fd));
    } finally {
      closeSync(fd);
    }
  }
  throw new DuodaoError('closed', 'Cannot look into this shared memory: its program has ended');
}

function tryOpen(path: string): number | undefined {
  try {
    // It may be anything by now: a pipe, say, for whose writer nobody wants to wait.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined; // its process is gone: another one may have it
  }
}
