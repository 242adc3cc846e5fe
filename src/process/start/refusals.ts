/**
 * Why a process or thread cannot be started, in words.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { here, SLOT_LIMIT } from '../../memory/index.ts';
import { countUnplaced } from './boot-gate.ts';
import { isBooting } from './boot-guard.ts';
import { currentProcess, mayHaveChildren } from '../family.ts';
import { readPlace } from './launch.ts';
import type { Life } from '../life.ts';
import { inChild } from './main-guard.ts';
import { ownThreadPlace } from '../thread/thread-launch.ts';

/** Refuses to start a process where that could never end well. */
export function checkMayStart(name: string): void {
  // A child whose orders are still on its command line runs what its flags preload, before our own entry.
  if (isBooting() || readPlace(process.argv[2])) throw withoutEnd('process', 'this child');
  if (!mayHaveChildren()) {
    const self = currentProcess().name;
    throw new DuodaoError(
      'unsafe',
      `Cannot start ${name} as ${self} is a daemon, which may not have children: make ${self} with ` +
        'allowChildren: true, or with daemon: false',
      { name, daemon: self },
    );
  }
  checkRoom(name);
}

/** The same for a thread. */
export function checkMayStartThread(name: string): void {
  // A thread that has not come to our entry yet runs what its flags preload.
  if (isBooting() || (ownThreadPlace() && !inChild())) throw withoutEnd('thread', 'this thread or process');
  checkRoom(name);
}

function withoutEnd(noun: 'process' | 'thread', self: string): DuodaoError {
  return new DuodaoError(
    'unsafe',
    `Cannot start a ${noun} while ${self} is still loading its own module, as that would start ` +
      `${noun === 'process' ? 'processes' : 'threads'} without end: ` +
      'put the part that starts them behind if (isMain(import.meta))',
  );
}

/**
 * Whether one more will have its place in the tree, beside those that have theirs, and those that boot. It is asked
 * again of a life whose turn has come: others have begun while it waited.
 */
export function checkRoom(name: string, life?: Life): void {
  if (countRoom(life) > 0 || (here().reap() && countRoom(life) > 0)) return;
  throw new DuodaoError(
    'over-limit',
    `Cannot start ${name} as ${SLOT_LIMIT} threads use shared objects of this program already, which is as many as ` +
      'can: wait until some have ended',
    { name, limit: SLOT_LIMIT },
  );
}

/**
 * How many more would have a place. Whoever takes his place between the two looks would be in neither, and one too many
 * be let in: so they are repeated until no place was taken or given back. If as many came as went meanwhile, the answer
 * was right at some moment of it.
 */
function countRoom(life: Life | undefined): number {
  const { slots } = here();
  for (let before = slots.free; ; ) {
    const unplaced = countUnplaced(life);
    const { free } = slots;
    if (free === before) return free - unplaced;
    before = free;
  }
}
