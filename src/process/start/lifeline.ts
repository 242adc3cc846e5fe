/**
 * The lifeline: the pipe whose end asks a child to end, as its parent has ended.
 *
 * Its write end stays with this process, and is closed when the child is gone. Each child has one of its own: the
 * kernel signals whenever any end of a pipe without writers is closed, so who shared one would be asked to end once
 * more for each sibling that does.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { closeDescriptor, makePipe } from '../../platform/index.ts';

/** Starts a child that is given the read end of a lifeline. What `start` throws, this throws. */
export function onLifeline(start: (readFd: number) => ChildProcess): ChildProcess {
  const { readFd, writeFd } = makePipe();
  let child: ChildProcess | undefined;
  try {
    child = start(readFd);
  } finally {
    closeDescriptor(readFd);
    if (child?.pid === undefined) closeDescriptor(writeFd);
  }
  // A child that could not be started has no pid, and no exit.
  if (child.pid !== undefined) child.once('exit', () => closeDescriptor(writeFd));
  return child;
}
