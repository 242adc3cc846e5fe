/**
 * How much memory a process holds, and hearing of it when that is too much.
 *
 * We look ten times a second, as nobody would tell us. RLIMIT_AS counts address space, of which V8 reserves gigabytes
 * that it never touches, and to refuse it a page is to abort it; RLIMIT_RSS does nothing; the system's own limits are
 * those of control groups, which need rights that a program seldom has, and kill without a word. A burst between two
 * looks is not missed: the system keeps the most that a process ever held.
 *
 * Counted is what is in RAM, with the pages of the shared arena that the process has touched.
 *
 * @module
 */
import { entryOf, isDeadLetter, type MemoryHeld, memoryHeld } from '../../platform/index.ts';
import { ended } from '../identity.ts';

const LOOK_EVERY_MS = 100;

/** Limits on the memory that a process holds. */
export interface MemoryLimits {
  /** From here on somebody should know. */
  readonly softBytes?: number | undefined;
  /** From here on it is too much. */
  readonly hardBytes?: number | undefined;
}

/** Who is told. Each is given what the process holds then. */
export interface MemoryHandlers {
  /** Each time that it has come to hold the soft limit, having held less at the look before. */
  readonly onSoft?: ((held: MemoryHeld) => void) | undefined;
  /** Once, when it holds the hard limit, or held it since the watch began. It is watched no more then. */
  readonly onHard?: ((held: MemoryHeld) => void) | undefined;
}

/** The memory that a process holds, and the most it ever held. @throws DuodaoError `exited` when it has ended. */
export function memoryOf(pid: number): MemoryHeld {
  const held = memoryHeld(pid);
  if (!held) throw ended(pid);
  return held;
}

/** Refuses limits that are none. */
export function checkMemoryLimits({ softBytes, hardBytes }: MemoryLimits): void {
  for (const [name, bytes] of Object.entries({ softBytes, hardBytes })) {
    if (bytes === undefined) continue;
    if (typeof bytes !== 'number')
      throw new TypeError(
        `Cannot limit memory as ${name} must be a number: current value is ${String(bytes)}`,
      );
    if (!(bytes > 0))
      throw new RangeError(`Cannot limit memory as ${name} must be more than 0: current value is ${bytes}`);
  }
  if (softBytes !== undefined && hardBytes !== undefined && softBytes > hardBytes)
    throw new RangeError(
      `Cannot limit memory as softBytes must not be more than hardBytes, ${hardBytes}: current value is ${softBytes}`,
    );
}

/**
 * Tells when a process holds too much memory, until it ends or the function that this one gives is called. It does not
 * keep this program alive.
 */
export function watchMemory(pid: number, limits: MemoryLimits, handlers: MemoryHandlers): () => void {
  checkMemoryLimits(limits);
  const { softBytes = Number.POSITIVE_INFINITY, hardBytes = Number.POSITIVE_INFINITY } = limits;
  const startTime = entryOf(pid)?.startTime;
  const peakBefore = memoryHeld(pid)?.peakBytes ?? 0;
  let wasSoft = false;
  const timer = setInterval(() => {
    const held = look(pid, startTime);
    if (held === 'unknown') return;
    if (held === 'ended') return clearInterval(timer);
    const { residentBytes, peakBytes } = held;
    const isHard = residentBytes >= hardBytes || (peakBytes >= hardBytes && peakBytes > peakBefore);
    const isSoft = residentBytes >= softBytes;
    const becameSoft = isSoft && !wasSoft;
    wasSoft = isSoft;
    if (isHard) clearInterval(timer);
    // Before the hard one, which may end it: somebody may want to know what it was about.
    if (becameSoft) handlers.onSoft?.(held);
    if (isHard) handlers.onHard?.(held);
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** What the process holds that began at this moment. */
function look(pid: number, startTime: number | undefined): MemoryHeld | 'ended' | 'unknown' {
  try {
    const entry = entryOf(pid);
    if (!entry || entry.startTime !== startTime || isDeadLetter(entry.letter)) return 'ended';
    return memoryHeld(pid) ?? 'ended';
  } catch {
    return 'unknown'; // the table cannot be read now, as too many files are open: that is not this program's end
  }
}
