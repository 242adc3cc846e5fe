/**
 * Starting the program of a child: which file, which descriptors, which arguments.
 *
 * The child is a fresh Node.js (never a fork of this one). It inherits three descriptors beside the standard ones: the
 * arena, and the read ends of two pipes, of which one ends when this process does and the other one a while after
 * (undertaker.ts). Everything else it needs is in shared memory.
 *
 * @module
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { here, type Reference } from '../../memory/index.ts';
import { mainEntry } from '../child/entries.ts';
import type { ProcessCommon } from '../options.ts';
import { folderOf } from './orders.ts';
import { onLifeline } from './lifeline.ts';
import { standardStreams } from './stdio.ts';
import { graceFd } from './undertaker.ts';

const ARENA_FD = 3;
const LIFE_FD = 4;
/** What a child is told instead of a descriptor when it does not end with its parent. */
export const NO_LIFE = 0;
/** Beside the life: the end of the grace that a child has when that has ended. */
export const GRACE_FD = 5;
/** Where a standby is told which record is its own. */
export const STANDBY_FD = 6;
/** The first of the descriptors that a child was given beside these: a standby is given none. */
export const FIRST_GIVEN_FD = 6;
/** The place of a standby, which has no record yet. */
const NO_RECORD = { offset: 0, serial: 0 };

type Stdio = Exclude<StdioOptions, string>;
const MARK = '--duodao-child=';

/** What a child is told on its command line: its descriptors, and where its record lies; a standby has none yet. */
export interface ChildPlace {
  readonly arenaFd: number;
  readonly lifeFd: number;
  readonly offset: number;
  readonly serial: number;
}

/** How the program of a child is started. */
export type LaunchOptions = Pick<
  ProcessCommon,
  'cwd' | 'descriptors' | 'detached' | 'env' | 'execArgv' | 'stdio'
>;

/**
 * Starts the program of a child for the record with this handle.
 *
 * @throws What the system says, where Node.js tells no event of it.
 */
export function launch(record: Reference, options: LaunchOptions = {}): ChildProcess {
  const {
    descriptors = [],
    detached = false,
    env,
    execArgv = inheritedExecArgv(),
    stdio = 'inherit',
  } = options;
  const folder = folderOf(options.cwd);
  // What the system says of a folder that is not there, or may not be entered.
  if (folder !== undefined) accessSync(`${folder}/.`, constants.X_OK);
  return spawnMain(record, execArgv, {
    ...(env && { env: { ...env } }),
    detached,
    stdio: standardStreams(stdio),
    line: [...descriptors],
  });
}

/** Starts the program of a child that is told at {@link STANDBY_FD} which record is its own. */
export function spawnStandby(): ChildProcess {
  return spawnMain(NO_RECORD, inheritedExecArgv(), { stdio: standardStreams('inherit'), line: ['pipe'] });
}

interface MainOptions {
  readonly stdio: Stdio;
  /** Of a standby what it is told its record by, of others what they are given. */
  readonly line?: Stdio;
  readonly detached?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

function spawnMain(
  { offset, serial }: Pick<Reference, 'offset' | 'serial'>,
  flags: readonly string[],
  { stdio, line = [], detached = false, env }: MainOptions,
): ChildProcess {
  const start = (life: number | 'ignore', grace: number | 'ignore'): ChildProcess => {
    const place = MARK + [ARENA_FD, life === 'ignore' ? NO_LIFE : LIFE_FD, offset, serial].join(':');
    return spawn(process.execPath, [...flags, mainEntry(), place], {
      ...(env && { env }),
      detached,
      stdio: [...stdio, here().arena.fd, life, grace, ...line],
    });
  };
  return detached ? start('ignore', 'ignore') : onLifeline((life) => start(life, graceFd()));
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
export function inheritedExecArgv(): string[] {
  let dropping = false;
  return process.execArgv.filter((argument) => {
    // Node.js takes nothing that begins with a dash as the value of a flag, unless an equals sign ties it to it.
    if (argument.startsWith('-')) dropping = OURS_ONLY.test(argument);
    return !dropping;
  });
}
