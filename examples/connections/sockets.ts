/**
 * What the kernel still knows of connections that are over.
 *
 * Of each TCP connection the side that closed first keeps a socket in the state TIME_WAIT, for a minute on Linux, so
 * that segments that are late cannot get into a new connection with the same two ports.
 *
 *     /proc/net/tcp     sl  local_address rem_address   st …
 *                       0:  0100007F:1F90 0100007F:B533 06          06: TIME_WAIT; 1F90 is port 8080
 *
 * @module
 */
import { readFileSync } from 'node:fs';

const TIME_WAIT = '06';

/** Counts the sockets in TIME_WAIT in the text of a table, of which one side is this port. */
export function timeWaitIn(table: string, port: number): number {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').filter((line) => {
    const [, local, remote, state] = line.trim().split(/\s+/);
    return state === TIME_WAIT && (local?.endsWith(ending) === true || remote?.endsWith(ending) === true);
  }).length;
}

/** How many of this port there are; undefined where the kernel does not tell. */
export function timeWaitAt(port: number): number | undefined {
  try {
    return timeWaitIn(readFileSync('/proc/net/tcp', 'latin1'), port);
  } catch {
    return undefined; // not Linux, or not for us
  }
}
