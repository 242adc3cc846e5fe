/**
 * Signals that never reach a stranger.
 *
 * The number of a process that has ended may be another one's a moment later, also between a look and `kill()`. So a
 * descriptor of the process is opened first (pidfd), which stays with it; then the table says whether it is the one
 * that was meant; then the signal goes through the descriptor. Where there are no such descriptors (before Linux 5.3,
 * or forbidden by a filter), the same look is all that can be done, and a window of microseconds remains.
 *
 * @module
 */
import { constants } from 'node:os';
import { libc } from './libc.ts';
import { entryOf, type ProcessIdentity } from './process-table.ts';

/** `sent` also to a process that is dead, but whose end nobody has asked for; `refused` for want of rights. */
export type Signalled = 'sent' | 'gone' | 'refused';

/** Sends a signal to the process that is meant, and to no other. */
export function signalProcess({ pid, startTime }: ProcessIdentity, signal: NodeJS.Signals): Signalled {
  const c = libc();
  const fd = c.syscall(c.numbers.pidfdOpen, pid, 0, 0, 0, 0, 0);
  try {
    if (entryOf(pid)?.startTime !== startTime) return 'gone';
    const number = constants.signals[signal];
    const isSent = fd >= 0 && c.syscall(c.numbers.pidfdSendSignal, fd, number, 0, 0, 0, 0) === 0;
    // By its number it is told as well why not, by an errno that nothing can come between.
    return isSent ? 'sent' : signalByNumber(pid, signal);
  } finally {
    if (fd >= 0) c.close(fd);
  }
}

function signalByNumber(pid: number, signal: NodeJS.Signals): Signalled {
  try {
    process.kill(pid, signal);
    return 'sent';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return 'gone';
    if (code === 'EPERM') return 'refused';
    throw error;
  }
}
