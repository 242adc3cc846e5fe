/**
 * Why a process cannot be started, in words.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { isBooting } from './boot-guard.ts';
import { currentProcess, mayHaveChildren } from './family.ts';
import { readPlace } from './launch.ts';

/** Refuses to start a process where that could never end well. */
export function checkMayStart(name: string): void {
  // A child whose orders are still on its command line runs what its flags preload, before our own entry.
  if (isBooting() || readPlace(process.argv[2])) {
    throw new DuodaoError(
      'unsafe',
      'Cannot start a process while this child is still loading its own module, as that would start processes ' +
        'without end: put the part that starts them behind if (isMain(import.meta))',
    );
  }
  if (!mayHaveChildren()) {
    const self = currentProcess().name;
    throw new DuodaoError(
      'unsafe',
      `Cannot start ${name} as ${self} is a daemon, which may not have children: make ${self} with ` +
        'allowChildren: true, or with daemon: false',
      { name, daemon: self },
    );
  }
}
