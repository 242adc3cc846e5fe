/**
 * Standby: processes that are warm before they are needed, so that a start need not wait for a Node.js to boot.
 *
 *     parent                                        standby
 *     spawn main.ts --duodao-child=3:4:0:0    →     attaches, rehearses a start, says so, blocks in a read
 *     start(): writes offset:serial           →     goes on as any child does, with that record
 *
 * A process that was started before it was asked for must not be told from one that was not. So it is given only to a
 * start without options that a process is born with (environment, folder, flags, streams), only while everything else
 * that a child inherits is as it was, and never where flags preload code of the user's, which would have run too early.
 * It has loaded nothing but our own modules, and rehearsed (child/rehearse.ts). In all other cases the start is a cold
 * one.
 *
 * A standby blocks in a read, so it takes no processor; it keeps nothing alive; and it ends with its parent as any
 * child does. Unless {@link standby} or DUODAO_STANDBY says how many there are, there is one while starts follow each
 * other: from the second on, until two seconds have passed without one. Who starts one process has no use for more.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import type { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { DuodaoError } from '../../base/index.ts';
import type { Reference } from '../../memory/index.ts';
import { isDeadLetter, isStoppedLetter, stateLetterOf } from '../../platform/index.ts';
import { countBoots } from './boot-gate.ts';
import { inheritedExecArgv, STANDBY_FD, spawnStandby } from './launch.ts';
import type { AnyOptions } from '../options.ts';

/** How many are kept warm. */
export interface StandbyOptions {
  /** 0: none, every start is a cold one. At most 64. */
  readonly size?: number;
}

interface Warm {
  readonly child: ChildProcess;
  readonly line: Socket;
  /** What it has inherited. */
  readonly circumstances: string;
  isReady: boolean;
}

const SIZE_LIMIT = 64;
const BY_ITSELF = 1;
const IDLE_MS = 2000;
/** A new one begins when nothing boots any more, so that it takes no processor from what somebody waits for. */
const QUIET_MS = 20;
/** So many that die before they are warm, one after the other, and we try no more. */
const FAILURE_LIMIT = 3;

const warm: Set<Warm> = new Set();
/** How many there should be; undefined until somebody says it. */
let size: number | undefined;
let startCount = 0;
let failureCount = 0;
let filling: NodeJS.Timeout | undefined;
let idling: NodeJS.Timeout | undefined;
let isIdle = false;
let watchers: (() => void)[] = [];

/**
 * Keeps so many processes warm, and resolves when they are. Each takes some 25 MB and no processor. They are filled up
 * in the background as they are used. Until this is called, DUODAO_STANDBY in the environment is the number; without it
 * there is one, from the second start of this process on, for as long as starts come within two seconds.
 *
 * @throws RangeError for a size that is no whole number from 0 to 64; TypeError in a worker thread; DuodaoError
 * `unsupported` where flags preload code of the user's, `exited` when none lives to be warm.
 *
 * @example
 * ```ts
 * await standby({ size: 2 });
 * const child = await new Process({ target: work }).start();   // begins in some 5 ms
 * ```
 */
export async function standby({ size: wanted = BY_ITSELF }: StandbyOptions = {}): Promise<void> {
  if (!isSize(wanted)) {
    throw new RangeError(
      `Cannot keep processes warm as size must be a whole number from 0 to ${SIZE_LIMIT}: ` +
        `current value is ${String(wanted)}`,
    );
  }
  if (!isMainThread)
    throw new TypeError('Cannot keep processes warm as only the main thread of a process does');
  size = wanted;
  failureCount = 0;
  if (wanted > 0 && preloadsCode()) {
    throw new DuodaoError(
      'unsupported',
      'Cannot keep processes warm as flags or NODE_OPTIONS preload code, which would run before a start',
    );
  }
  fill();
  while (!isFilled()) await untilNews();
  if (failureCount < FAILURE_LIMIT) return;
  throw new DuodaoError(
    'exited',
    'Cannot keep processes warm as the system refuses to start them, or they die before they are',
  );
}

function isFilled(): boolean {
  if (failureCount >= FAILURE_LIMIT) return true;
  return [...warm].filter((one) => one.isReady).length >= wantedSize();
}

function untilNews(): Promise<void> {
  return new Promise((resolve) => {
    // Waiting for it keeps this process alive, which nothing of a standby does.
    const waiting = setInterval(() => undefined, 2 ** 30);
    watchers.push(() => {
      clearInterval(waiting);
      resolve();
    });
  });
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= SIZE_LIMIT;
}

function wantedSize(): number {
  return saidSize() ?? (startCount >= 2 && !isIdle ? BY_ITSELF : 0);
}

function saidSize(): number | undefined {
  if (size !== undefined) return size;
  const text = process.env['DUODAO_STANDBY'] ?? '';
  const said = text === '' ? undefined : Number(text);
  return isSize(said) ? said : undefined;
}

/** There was a start: what nobody has asked for is kept for a while. */
function noteStart(): void {
  startCount++;
  isIdle = false;
  awaitIdleness();
}

/** What boots is still a start, and what was begun for the next one is given its time. */
function awaitIdleness(): void {
  if (saidSize() !== undefined) return;
  clearTimeout(idling);
  idling = setTimeout(() => {
    if (countBoots() > 0) return awaitIdleness();
    isIdle = true;
    fill();
  }, IDLE_MS).unref();
}

/** A warm process that was given this record; undefined if there is none that could not be told from a cold one. */
export function takeStandby(record: Reference, options: AnyOptions): ChildProcess | undefined {
  if (!isMainThread) return undefined;
  noteStart();
  const taken = isPlain(options) ? takeWarm() : undefined;
  fillSoon();
  if (!taken) return undefined;
  const { child, line } = taken;
  child.ref();
  line.end(`${record.offset}:${record.serial}\n`);
  return child;
}

function isPlain(options: AnyOptions): boolean {
  const { cwd, descriptors, detached, env, execArgv, nice, affinity, stdio = 'inherit' } = options;
  return (
    [cwd, descriptors, detached || undefined, env, execArgv, nice, affinity].every(
      (one) => one === undefined,
    ) && stdio === 'inherit'
  );
}

function takeWarm(): Warm | undefined {
  const now = warm.size > 0 ? circumstances() : undefined;
  // The one that is warm already, or else the oldest: it is nearer to its end than one that begins now.
  for (const one of [...warm].sort((a, b) => Number(b.isReady) - Number(a.isReady))) {
    warm.delete(one);
    const letter = stateLetterOf(one.child.pid as number);
    const isThere = letter !== undefined && !isDeadLetter(letter) && !isStoppedLetter(letter);
    const isUsable = isThere && one.circumstances === now;
    if (isUsable) return one;
    one.child.kill('SIGKILL');
  }
  return undefined;
}

/**
 * What a child inherits beside what its options can say, as a text to compare; undefined where it cannot be told: the
 * folder we run in was removed, or there is no descriptor left to read with. Then starts are cold ones.
 */
function circumstances(): string | undefined {
  try {
    return circumstancesNow();
  } catch {
    return undefined;
  }
}

function circumstancesNow(): string {
  const status = readFileSync('/proc/self/status', 'latin1');
  const inherited = status.match(
    /^(Umask|Uid|Gid|Groups|CapEff|NoNewPrivs|Seccomp|Cpus_allowed|Mems_allowed):.*$/gm,
  );
  const { env, execPath } = process;
  return JSON.stringify([process.cwd(), env, inheritedExecArgv(), execPath, getPriority(), inherited]);
}

const OWN_CODE = /^(-r|--require|--import|--(experimental-)?loader|--env-file)(=|$)/;

/** Whether flags preload code that is neither ours nor a loader that is known to do nothing else. */
function preloadsCode(): boolean {
  const flags = [...inheritedExecArgv(), ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return flags.some((flag, index) => {
    if (!OWN_CODE.test(flag)) return false;
    const module = flag.includes('=') ? flag.slice(flag.indexOf('=') + 1) : (flags[index + 1] ?? '');
    return !/(?:^|[/\\])tsx(?:[/\\]|$)/.test(module);
  });
}

function fillSoon(): void {
  if (filling || warm.size >= wantedSize()) return;
  filling = setTimeout(() => {
    filling = undefined;
    if (countBoots() > 0) fillSoon();
    else fill();
  }, QUIET_MS).unref();
}

function fill(): void {
  const now = warm.size > 0 ? circumstances() : undefined;
  for (const one of warm) if (one.circumstances !== now) dismiss(one);
  for (const one of [...warm].slice(wantedSize())) dismiss(one);
  if (failureCount >= FAILURE_LIMIT || preloadsCode()) return tell();
  while (warm.size < wantedSize()) if (!begin()) break;
  tell();
}

function begin(): boolean {
  const inherited = circumstances();
  const child = inherited === undefined ? undefined : spawnIfPossible();
  // A child for which there were no descriptors has no streams at all, whatever its type says.
  const line = (child?.stdio as readonly unknown[] | undefined)?.[STANDBY_FD] as Socket | undefined;
  if (inherited === undefined || !child || !line) {
    child?.on('error', () => undefined); // the same, once more
    failureCount = FAILURE_LIMIT;
    return false;
  }
  const one: Warm = { child, line, circumstances: inherited, isReady: false };
  warm.add(one);
  awaitIdleness();
  child.unref();
  line.unref();
  const lost = (): void => {
    if (!warm.delete(one)) return; // it was taken, or sent away: whoever has it now hears of its end
    if (!one.isReady) failureCount++;
    if (failureCount < FAILURE_LIMIT) fillSoon();
    tell();
  };
  child.once('error', lost);
  child.once('exit', lost);
  line.on('error', lost);
  line.once('data', () => {
    one.isReady = true;
    failureCount = 0;
    tell();
  });
  return true;
}

/** Undefined where the system refuses, which a start will be told, too. */
function spawnIfPossible(): ChildProcess | undefined {
  try {
    return spawnStandby();
  } catch {
    return undefined;
  }
}

function dismiss(one: Warm): void {
  warm.delete(one);
  one.child.kill('SIGKILL');
}

function tell(): void {
  const told = watchers;
  watchers = [];
  for (const each of told) each();
}
