/**
 * The table of processes: who takes part in a program, what each is doing, and how the ended ones ended.
 *
 * It joins three sources, none of which knows all of it: the records of started processes and threads, which outlive
 * them; the slots of participants, which say what each waits for, and which the main process and plain workers have
 * as well; and /proc. All are only read (see memory/onlooker.ts), so the table of a program can be made from outside,
 * and of one that hangs.
 *
 *     state       means                                                        told by
 *     new         made, and not yet given to the system                        record
 *     ready       started, and not yet in its target                           record
 *     running     in its target; also while it waits for what is not of ours   record or slot
 *     blocked     it waits for one of our objects                              sign at the slot, letter of the kernel
 *     suspended   each of its threads is stopped                               letters of the kernel
 *     terminated  it has ended: kept until its record or slot is given up      record, slot, or the kernel
 *
 * Who waits in its event loop is blocked while the kernel, too, sees its thread sleep: it may have other work.
 *
 * @module
 */
import { here, Onlooker, type SeenParticipant } from '../../memory/index.ts';
import {
  bootMoment,
  isDeadLetter,
  isStoppedLetter,
  type ProcessEntry,
  residentBytesOf,
  TICK_MS,
  taskFactsOf,
  threadLettersOf,
} from '../../platform/index.ts';
import type { SeenExit } from './exit.ts';
import type { ProcessState } from './state.ts';
import { RECORD, RECORD_KIND, type RecordFacts, readRecord } from './record-shape.ts';

/** A process or thread of a program. What is not known, or not any more, is null. */
export interface ProcessRow {
  readonly pid: number | null;
  readonly ppid: number | null;
  readonly name: string;
  readonly kind: 'process' | 'thread';
  /** Of a thread: its number in its process. 0: the process. */
  readonly thread: number;
  readonly state: ProcessState;
  /** The letter the kernel shows: R, S, D, T, Z … */
  readonly kernelState: string | null;
  /** What it waits for, as `Lock "stock"`; of several objects, the one its thread is blocked for comes first. */
  readonly blockedOn: string | null;
  /** The line of its program that waits, where it is known. */
  readonly blockedAt: string | null;
  /** Time that it has had of CPUs; of a process: with all of its threads. */
  readonly cpuMs: number | null;
  /** Memory of the process that is not swapped out or unloaded; null for a thread, whose memory is its process's. */
  readonly residentBytes: number | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** How it ended: `{ how: 'exited', code }`, `{ how: 'killed', signal }` or `{ how: 'not-started' }`. */
  readonly exit: SeenExit | null;
}

/** One row before the kernel is asked: what the record says, what the slot says, or both. */
interface Entry {
  readonly record?: ShownRecord | undefined;
  readonly slot?: SeenParticipant | undefined;
}

/** After every moment. */
const LAST = Number.MAX_VALUE;

type Named<T> = T & { readonly name: string };
type ShownRecord = Named<RecordFacts> & { readonly kind: ProcessRow['kind'] };

/**
 * All processes and threads of this program that use duodao: the living, and the ended ones until they are given up. In
 * the order of their start.
 */
export function processTable(): ProcessRow[] {
  return tableOf(new Onlooker(here().arena.fd));
}

/** The table of any program. Whatever its memory holds, this ends, and changes nothing there. */
export function tableOf(onlooker: Onlooker): ProcessRow[] {
  // Records first: who starts meanwhile is seen in its slot, if not here.
  const records = onlooker
    .objects(RECORD_KIND, RECORD.sizeBytes)
    .map(({ label, body }) => ({ ...readRecord(body), name: label }))
    .filter(isShown);
  const slots = onlooker.participants();
  const boot = bootMoment(); // once, as it is only known to some ms
  return join(records, slots)
    .map((entry) => rowOf(entry, boot))
    .toSorted((a, b) => (a.startedAt ?? LAST) - (b.startedAt ?? LAST) || (a.pid ?? 0) - (b.pid ?? 0));
}

function isShown(record: Named<RecordFacts>): record is ShownRecord {
  return record.kind !== 'rehearsal';
}

function join(records: readonly ShownRecord[], slots: readonly SeenParticipant[]): Entry[] {
  const left = new Set(slots);
  const entries: Entry[] = records.map((record) => {
    const slot = slots.find((one) => left.has(one) && belongs(record, one));
    if (slot) left.delete(slot);
    return { record, slot };
  });
  return [...entries, ...[...left].map((slot) => ({ slot }))];
}

function belongs(record: RecordFacts, slot: SeenParticipant): boolean {
  const isSameThread = record.kind === 'thread' ? slot.thread === record.thread : slot.thread === 0;
  return record.pid === slot.pid && record.birth === slot.startTime && isSameThread;
}

function rowOf({ record, slot }: Entry, boot: number): ProcessRow {
  const pid = record?.pid || slot?.pid || null;
  const thread = record ? (record.kind === 'thread' ? record.thread : 0) : (slot?.thread ?? 0);
  const kind = record?.kind ?? (thread === 0 ? 'process' : 'thread');
  const birth = slot?.startTime || record?.birth || 0;
  const task = liveTask({ record, slot }, pid, kind, birth);
  const state = stateOf({ record, slot }, pid, task);
  const [first, ...others] = state === 'blocked' || state === 'suspended' ? (slot?.waits ?? []) : [];
  const began = record?.kind === 'thread' ? record.startedAt : birth && boot + birth * TICK_MS;
  return {
    pid,
    ppid: record?.ppid || task?.ppid || null,
    name: nameOf(record, slot),
    kind,
    thread,
    state,
    kernelState: task?.letter ?? null,
    blockedOn: first ? [first, ...others].map(({ object }) => object).join(', ') : null,
    blockedAt: first?.site || null,
    cpuMs: task?.cpuMs ?? null,
    residentBytes: (task && kind === 'process' && pid && residentBytesOf(pid)) || null,
    startedAt: began || record?.startedAt || null,
    endedAt: record?.endedAt || null,
    exit: record?.exit ?? null,
  };
}

/** A process has the name of its record until it has said its own. */
function nameOf(record: ShownRecord | undefined, slot: SeenParticipant | undefined): string {
  const isLoading = record?.stage === 'new' || record?.stage === 'ready';
  return (isLoading ? undefined : slot?.name) || record?.name || '';
}

/** What the kernel knows of it, if it lives, or waits for its parent to ask how it ended. */
function liveTask(
  { record, slot }: Entry,
  pid: number | null,
  kind: ProcessRow['kind'],
  birth: number,
): ProcessEntry | undefined {
  if (!pid || record?.stage === 'terminated') return undefined;
  // Another process may have been given the number. One that has just started may not be noted with its birth yet.
  if (birth !== 0 && taskFactsOf(pid)?.startTime !== birth) return undefined;
  if (kind === 'process') return taskFactsOf(pid);
  const task = slot?.isAlive ? taskFactsOf(pid, slot.tid) : undefined;
  return task && { ...task, ppid: pid };
}

function stateOf({ record, slot }: Entry, pid: number | null, task: ProcessEntry | undefined): ProcessState {
  if (record?.stage === 'terminated') return 'terminated';
  if (!pid) return record?.stage === 'ready' ? 'ready' : 'new';
  // A thread has no place in the kernel that we know of until it has its slot.
  if (!task && record?.kind === 'thread' && !slot && record.stage !== 'running' && taskFactsOf(pid))
    return 'ready';
  if (!task || isDeadLetter(task.letter)) return 'terminated';
  if (slot && !slot.isAlive) return 'terminated';
  if (isStoppedLetter(task.letter) && threadLettersOf(pid).every(isStoppedLetter)) return 'suspended';
  const waits = slot !== undefined && slot.waits.length > 0;
  if (waits && (slot.isBlocked || 'SD'.includes(task.letter))) return 'blocked';
  return record?.stage === 'ready' || record?.stage === 'new' ? 'ready' : 'running';
}
