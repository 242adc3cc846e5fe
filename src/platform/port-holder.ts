/**
 * Who listens at a port: what to tell somebody who wants it, too.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, as far as this user may see it. */
export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

/** States of proc(5), /proc/net/tcp: listening; of /proc/net/udp: bound. */
const HOLDING = new Set(['0A', '07']);

/** The process that listens at a port of this machine; undefined when that cannot be seen. */
export function holderOf(port: number, kind: 'tcp' | 'udp' = 'tcp'): PortHolder | undefined {
  const inodes = new Set([kind, `${kind}6`].flatMap((table) => inodesAt(table, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc')) {
    if (/^\d+$/.test(pid) && hasOneOf(pid, inodes)) return { pid: Number(pid), command: commandOf(pid) };
  }
  return undefined;
}

function inodesAt(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = textOf(`/proc/net/${table}`).split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words[1]?.endsWith(suffix) && HOLDING.has(words[3] ?? ''))
    .map((words) => `socket:[${words[9] ?? ''}]`);
}

function hasOneOf(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false; // it is another user's, or gone
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // it was closed meanwhile
  }
}

function commandOf(pid: string): string {
  return textOf(`/proc/${pid}/comm`).trim();
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // no IPv6, no /proc, or no such process any more
  }
}
