/**
 * What programs of the past have left on this system.
 *
 * Memory without a name, which is nearly all of it, goes with the last process that has it. What has a name stays until
 * somebody removes it: segments in /dev/shm. Who lives in one holds a lock that the kernel takes back when he dies, so
 * that one is free is proof, not a guess.
 *
 * @module
 */
import { findSegments, sweepSegments } from '../../memory/index.ts';

/** Something that has a name. Its fields are those of `--json`. */
export interface Leftover {
  readonly path: string;
  readonly sizeBytes: number;
  readonly state: 'in use' | 'left' | 'removed';
}

/** What there is; with `clean`, after what nobody lives in was removed. */
export function leftovers(clean: boolean): Leftover[] {
  const before = findSegments();
  const removed = new Set(clean ? sweepSegments() : []);
  return before.map(({ name, path, sizeBytes, isInUse }) => {
    // Found in use, and removed by us: its last user has died in between.
    const state = removed.has(name) ? 'removed' : isInUse ? 'in use' : 'left';
    return { path, sizeBytes, state };
  });
}
