/**
 * The undertaker: time for children to end by themselves when their parent has died, and an end for those that do not.
 *
 *     pipe       write end held by        ends                  what the kernel sends each child then
 *     lifeline   the parent               with the parent       SIGTERM
 *     grace      parent and undertaker    some 0.8 s later      SIGKILL
 *
 * Nobody writes anything into either. The undertaker is a shell that waits for the end of a pipe that ends with the
 * parent as well, sleeps, and ends, and the grace with it. It knows no number of a process, so it can hit no stranger,
 * and takes no part in anything. Killing it does nothing as long as the parent lives, and takes the grace away after
 * that: so does a system on which no shell can be started. Children that are busy, or stopped, end as surely as the
 * others.
 *
 * One runs in each thread that has started a process, for as long as its process lives.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { here } from '../../memory/index.ts';
import { makePipe } from '../../platform/index.ts';

/**
 * Opens the pipe anew, as the description that it is given does not block. The last argument, which it has no use for,
 * says to people what this process is.
 */
const COMMAND = ['-c', 'read -r _ < /proc/self/fd/0; exec sleep 0.8', 'duodao-undertaker'];

interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

let grace: Pipe | undefined;
let isThere = false;

/** The read end of the pipe that ends a while after this process: what a child is given to be ended by. */
export function graceFd(): number {
  grace ??= makePipe();
  if (!isThere) engage(grace);
  return grace.readFd;
}

function engage({ writeFd }: Pipe): void {
  const gone = (): void => {
    isThere = false; // the next start has another one
  };
  try {
    const undertaker = spawn('/bin/sh', COMMAND, {
      // Not of our session, so that what a terminal sends us does not reach it.
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: [here().lifeFd, 'ignore', 'ignore', writeFd],
    });
    isThere = true;
    undertaker.once('error', gone).once('exit', gone).unref();
  } catch {
    gone(); // for want of descriptors, say: the start itself will tell
  }
}
