/**
 * Starting the program of a child: which file, which descriptors, which arguments.
 *
 * The child is a fresh Node.js (never a fork of this one). It inherits two descriptors beside the standard ones, named
 * by number on its command line: the arena, and the read end of a pipe that ends when this process does. Everything
 * else it needs is in shared memory.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { here, type Reference, type Tag } from '../memory/index.ts';
import type { Address } from '../wire/index.ts';
import { mainEntry } from './child/entries.ts';

const ARENA_FD = 3;
const LIFE_FD = 4;
const MARK = '--duodao-child=';

/** What a child is told on its command line: its descriptors, and where its record lies. */
export interface ChildPlace {
  readonly arenaFd: number;
  readonly lifeFd: number;
  readonly offset: number;
  readonly serial: number;
}

/** What a child is told in shared memory, beside its arguments. */
export interface ChildOrders {
  readonly target: Address;
  readonly name: string;
  readonly daemon: boolean;
  /** process.argv of the parent, without the first. */
  readonly argv: readonly string[];
  readonly parent: Tag;
}

/** Starts the program of a child for the record with this handle. */
export function launch(record: Reference): ChildProcess {
  const { arena, lifeFd } = here();
  const place = MARK + [ARENA_FD, LIFE_FD, record.offset, record.serial].join(':');
  return spawn(process.execPath, [...inheritedExecArgv(), mainEntry(), place], {
    stdio: ['inherit', 'inherit', 'inherit', arena.fd, lifeFd],
  });
}

/** The place on the command line of a child. */
export function readPlace(argument: string | undefined): ChildPlace | undefined {
  if (!argument?.startsWith(MARK)) return undefined;
  const [arenaFd, lifeFd, offset, serial] = argument.slice(MARK.length).split(':').map(Number);
  if ([arenaFd, lifeFd, offset, serial].some((number) => !Number.isInteger(number))) return undefined;
  return { arenaFd, lifeFd, offset, serial } as ChildPlace;
}

/** What would give the child another program, or take our debugger's port. */
const OURS_ONLY =
  /^(-[cei]|-pe?|--(check|eval|print|interactive|input-type|inspect|debug-port|test|watch|build-snapshot)\b.*)$/;

/** Loaders and flags are inherited, but for those of one program only; what follows such a flag goes with it. */
function inheritedExecArgv(): string[] {
  let dropping = false;
  return process.execArgv.filter((argument) => {
    // Node.js takes nothing that begins with a dash as the value of a flag, unless an equals sign ties it to it.
    if (argument.startsWith('-')) dropping = OURS_ONLY.test(argument);
    return !dropping;
  });
}
