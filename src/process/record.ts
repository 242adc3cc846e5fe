/**
 * The record of a process in shared memory: what its parent, its children and onlookers know of it.
 *
 *     offset  size  field     meaning
 *     0       4     pid       0 until it is known
 *     4       4     ppid
 *     8       4     stage     NEW, READY (not yet in its target), RUNNING, TERMINATED
 *     12      4     outcome   NONE, VALUE, ERROR: whether `result` is there, and what it is
 *     16      4     sleepers  (derived) in the wait set
 *     20      8     args      handle of the parcel with the arguments: offset, serial; 0: taken
 *     28      8     result    handle of the parcel with what the target returned or threw
 *     36      4     daemon    1: does not keep its parent alive
 *     40      8     startedAt milliseconds since 1970
 *     48      8     endedAt
 *     56      8     orders    handle of the parcel that says what else the process must know; 0: taken
 *     64      64    wait set  until the stage or the outcome changes
 *
 * The pid, the stage TERMINATED and the times are written by the parent, the rest by the process itself. A handle is
 * written before the word that says it is there.
 *
 * @module
 */
import { layout } from '../base/index.ts';
import { parcelReference } from '../ipc/index.ts';
import {
  BODY_OFFSET,
  type Here,
  here,
  type Kind,
  NOT_YET,
  type NotYet,
  type Reference,
  registerKind,
  type SharedObject,
  WaitPoint,
  WaitSet,
} from '../memory/index.ts';

const RECORD = layout('process record', 128, {
  pid: [0, 'u32'],
  ppid: [4, 'u32'],
  stage: [8, 'u32'],
  outcome: [12, 'u32'],
  sleepers: [16, 'u32'],
  args: [20, 'u32', 2],
  result: [28, 'u32', 2],
  daemon: [36, 'u32'],
  startedAt: [40, 'f64'],
  endedAt: [48, 'f64'],
  orders: [56, 'u32', 2],
  waitSet: [64, 'u32', 16],
});
const at = (offset: number): number => (BODY_OFFSET + offset) / 4;

export const STAGES = ['new', 'ready', 'running', 'terminated'] as const;
export type Stage = (typeof STAGES)[number];
export type Outcome = 'none' | 'value' | 'error';
const OUTCOMES: readonly Outcome[] = ['none', 'value', 'error'];
const PARCEL_KIND = 6;
const HANDLES = [RECORD.args, RECORD.result, RECORD.orders];

const KIND: Kind = {
  id: 5,
  name: 'process',
  open: (object) => new ProcessRecord(object),
  repair: (object) => waitSetOf(object).recount(),
  reap() {}, // how a process ended is for its parent to say
  references: (object) => HANDLES.flatMap((field) => readHandle(object, field) ?? []),
};
registerKind(KIND);

function waitSetOf(object: SharedObject): WaitSet {
  return new WaitSet(object.words, at(RECORD.waitSet), at(RECORD.sleepers));
}

function readHandle(object: SharedObject, field: number): Reference | undefined {
  const offset = (object.words[at(field)] as number) >>> 0;
  const serial = (object.words[at(field) + 1] as number) >>> 0;
  return offset === 0 ? undefined : { kind: PARCEL_KIND, offset, serial };
}

export class ProcessRecord {
  readonly #object: SharedObject;
  readonly #here: Here;
  readonly #waiting: WaitSet;
  readonly #point: WaitPoint;

  constructor(object: SharedObject) {
    this.#object = object;
    this.#here = here();
    this.#waiting = waitSetOf(object);
    this.#point = new WaitPoint(this.#here.room, this.#waiting, () =>
      this.#inside(() => this.#waiting.remove(this.#here.slot)),
    );
  }

  /** Makes the record of a process that is about to start. */
  static create(name: string, daemon: boolean, orders: SharedObject, args: SharedObject): ProcessRecord {
    const object = here().objects.create(
      KIND,
      { bodyBytes: RECORD.sizeBytes, dataBytes: 0 },
      name,
      ({ words }) => {
        words[at(RECORD.ppid)] = process.pid;
        words[at(RECORD.daemon)] = daemon ? 1 : 0;
      },
    );
    const record = new ProcessRecord(object);
    record.#putHandle(RECORD.orders, orders);
    record.#putHandle(RECORD.args, args);
    return record;
  }

  #putHandle(field: number, parcel: SharedObject): void {
    const reference = parcelReference(parcel);
    this.#here.objects.handleSent(reference);
    this.#object.words[at(field) + 1] = reference.serial;
    Atomics.store(this.#object.words, at(field), reference.offset);
  }

  /** The record that a handle leads to. */
  static open(offset: number, serial: number): ProcessRecord {
    return new ProcessRecord(here().objects.open({ kind: KIND.id, offset, serial }));
  }

  get reference(): Reference {
    return this.#here.objects.referenceOf(this.#object, KIND.id);
  }

  get args(): Reference | undefined {
    return readHandle(this.#object, RECORD.args);
  }

  get orders(): Reference | undefined {
    return readHandle(this.#object, RECORD.orders);
  }

  /** Gives up what the process was sent, once it has it, or never will. */
  dropOrders(): void {
    for (const field of [RECORD.args, RECORD.orders]) {
      // Inside the guard: parent and child may do this at the same time, and each handle counts once.
      const reference = this.#inside(() => {
        const there = readHandle(this.#object, field);
        Atomics.store(this.#object.words, at(field), 0);
        return there;
      });
      if (reference) this.#here.objects.handleTaken(reference);
    }
  }

  get stage(): Stage {
    return STAGES[Atomics.load(this.#object.words, at(RECORD.stage))] ?? 'new';
  }

  get outcome(): Outcome {
    return OUTCOMES[Atomics.load(this.#object.words, at(RECORD.outcome))] ?? 'none';
  }

  get result(): Reference | undefined {
    return readHandle(this.#object, RECORD.result);
  }

  get daemon(): boolean {
    return this.#object.words[at(RECORD.daemon)] !== 0;
  }

  set pid(pid: number) {
    Atomics.store(this.#object.words, at(RECORD.pid), pid);
  }

  /** Says how far the process is, and wakes whoever waits for that. */
  setStage(stage: Stage): void {
    const floats = new Float64Array(this.#object.words.buffer);
    if (stage === 'running') floats[at(RECORD.startedAt) / 2] = Date.now();
    if (stage === 'terminated') floats[at(RECORD.endedAt) / 2] = Date.now();
    this.#commit(RECORD.stage, STAGES.indexOf(stage));
  }

  /** Puts what the target returned or threw into the record, where it outlives the process. */
  deliver(outcome: 'value' | 'error', parcel: SharedObject): void {
    this.#putHandle(RECORD.result, parcel);
    this.#commit(RECORD.outcome, OUTCOMES.indexOf(outcome));
  }

  /** The wait of this thread for something in the record. */
  get point(): WaitPoint {
    return this.#point;
  }

  /** An attempt, in the sense of a wait point, that succeeds once `look` finds something. */
  until<T>(look: () => T | undefined): (register: boolean) => T | NotYet {
    return (register) =>
      this.#inside(() => {
        const found = look();
        if (found === undefined && register) this.#waiting.add(this.#here.slot);
        return found ?? NOT_YET;
      });
  }

  #commit(field: number, value: number): void {
    this.#inside(() => {
      this.#waiting.ringAll(this.#here.bell);
      Atomics.store(this.#object.words, at(field), value);
    });
  }

  #inside<R>(step: () => R): R {
    const { guard } = this.#object;
    this.#here.objects.enter(this.#object);
    let clean = false;
    try {
      const result = step();
      clean = true;
      return result;
    } finally {
      if (clean) guard.give();
      else guard.giveBroken();
    }
  }
}
