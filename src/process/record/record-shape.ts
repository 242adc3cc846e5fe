/**
 * The bytes of the record of a process, and how onlookers read them.
 *
 *     offset  size  field     meaning
 *     0       4     pid       0 until it is known
 *     4       4     ppid
 *     8       4     stage     NEW, READY (not yet in its target), RUNNING, TERMINATED
 *     12      4     outcome   NONE, VALUE, ERROR: whether `result` is there, and what it is
 *     16      4     daemon    1: does not keep its parent alive
 *     20      4     kind      PROCESS, THREAD, REHEARSAL: of nobody
 *     24      8     args      handle of the parcel with the arguments: offset, serial; 0: taken
 *     32      8     result    handle of the parcel with what the target returned or threw
 *     40      8     startedAt milliseconds since 1970
 *     48      8     endedAt
 *     56      8     orders    handle of the parcel that says what else the process must know; 0: taken
 *     64      8     sleepers  (derived) in the two wait sets
 *     72      8     fields   handle of the parcel with the fields of a subclass' instance; 0: none, or taken
 *     80      4     thread    THREAD: its number in its process
 *     84      4     exitHow   how it ended: see exit.ts
 *     88      4     exitValue exit code, or number of the signal
 *     92      4     -
 *     96      8     birth     of its process: see startTimeOf(); with the pid it names it for good
 *     104     24    -
 *     128     64    end       wait set: until the stage changes
 *     192     64    answer    wait set: until the outcome changes, or none can come any more
 *
 * What these mean to each other is said in record.ts. An onlooker has a copy, which may be of a moment in the middle of
 * a change, or hold anything.
 *
 * @module
 */
import { layout, type Offsets } from '../../base/index.ts';
import { exitOfWords, type SeenExit } from './exit.ts';

type RecordField =
  | 'pid'
  | 'ppid'
  | 'stage'
  | 'outcome'
  | 'daemon'
  | 'kind'
  | 'args'
  | 'result'
  | 'startedAt'
  | 'endedAt'
  | 'orders'
  | 'sleepers'
  | 'fields'
  | 'thread'
  | 'exitHow'
  | 'exitValue'
  | 'spare'
  | 'birth'
  | 'more'
  | 'end'
  | 'answer';

/** The shape of a record, for those who read it as bytes. */
export const RECORD: Offsets<RecordField> = layout('process record', 256, {
  pid: [0, 'u32'],
  ppid: [4, 'u32'],
  stage: [8, 'u32'],
  outcome: [12, 'u32'],
  daemon: [16, 'u32'],
  kind: [20, 'u32'],
  args: [24, 'u32', 2],
  result: [32, 'u32', 2],
  startedAt: [40, 'f64'],
  endedAt: [48, 'f64'],
  orders: [56, 'u32', 2],
  sleepers: [64, 'u32', 2],
  fields: [72, 'u32', 2],
  thread: [80, 'u32'],
  exitHow: [84, 'u32'],
  exitValue: [88, 'i32'],
  spare: [92, 'pad', 4],
  birth: [96, 'f64'],
  more: [104, 'pad', 24],
  end: [128, 'u32', 16],
  answer: [192, 'u32', 16],
});
/** The number of this class among the shared objects. */
export const RECORD_KIND = 5;

export const STAGES = ['new', 'ready', 'running', 'terminated'] as const;
export type Stage = (typeof STAGES)[number];
export const RECORD_KINDS = ['process', 'thread', 'rehearsal'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** The last moment that a Date can be. */
const LATEST = 8.64e15;

/** What a record says. Numbers that it does not know are 0. */
export interface RecordFacts {
  readonly pid: number;
  readonly ppid: number;
  readonly kind: RecordKind;
  readonly thread: number;
  readonly stage: Stage;
  readonly birth: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly exit: SeenExit | null;
}

/** Reads a record. @param body - The bytes of its body, at least as many as a record has. */
export function readRecord(body: ArrayBuffer): RecordFacts {
  const words = new DataView(body);
  const u32 = (field: number): number => words.getUint32(field, true);
  const time = (field: number): number => {
    const value = words.getFloat64(field, true);
    return value > 0 && value <= LATEST ? value : 0;
  };
  return {
    pid: u32(RECORD.pid),
    ppid: u32(RECORD.ppid),
    kind: RECORD_KINDS[u32(RECORD.kind)] ?? 'process',
    thread: u32(RECORD.thread),
    stage: STAGES[u32(RECORD.stage)] ?? 'new',
    birth: time(RECORD.birth),
    startedAt: time(RECORD.startedAt),
    endedAt: time(RECORD.endedAt),
    exit: exitOfWords(u32(RECORD.exitHow), words.getInt32(RECORD.exitValue, true)),
  };
}
