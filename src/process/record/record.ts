/**
 * The record of a process in shared memory: what its parent, its children and onlookers know of it. Its bytes are in
 * record-shape.ts.
 *
 * There are two sets, as a thread tries its waits on one set in the order of arrival: whoever waits for the end must
 * not stand before those who wait for an answer.
 *
 * The pid, the stage TERMINATED, the times and the exit are written by the parent, the rest by the process itself. A
 * handle is written before the word that says it is there.
 *
 * @module
 */
import type { Wait } from '../../base/index.ts';
import { parcelReference } from '../../ipc/index.ts';
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
} from '../../memory/index.ts';
import { taskFactsOf } from '../../platform/index.ts';
import { type Exit, exitWords } from './exit.ts';
import { RECORD, RECORD_KIND, RECORD_KINDS, type RecordKind, type Stage, STAGES } from './record-shape.ts';

export type { RecordKind, Stage } from './record-shape.ts';

const at = (offset: number): number => (BODY_OFFSET + offset) / 4;

export type Outcome = 'none' | 'value' | 'error';
const OUTCOMES: readonly Outcome[] = ['none', 'value', 'error'];
const MILESTONES = ['end', 'answer'] as const;
/** What somebody may wait for: that it has ended, or that it has answered or never will. */
export type Milestone = (typeof MILESTONES)[number];
const PARCEL_KIND = 6;
const HANDLES = [RECORD.args, RECORD.result, RECORD.orders, RECORD.fields];

const KIND: Kind = {
  id: RECORD_KIND,
  name: 'process',
  open: (object) => new ProcessRecord(object),
  repair: (object) => {
    for (const milestone of MILESTONES) waitSetOf(object, milestone).recount();
  },
  reap() {}, // how a process ended is for its parent to say
  references: (object) => HANDLES.flatMap((field) => readHandle(object, field) ?? []),
  // One by one and exactly: a record that went with a handle in it would have all of the arena looked through.
  release(object) {
    for (const field of HANDLES) {
      const there = readHandle(object, field);
      Atomics.store(object.words, at(field), 0);
      if (there) here().objects.handleTaken(there);
    }
  },
};
registerKind(KIND);

function waitSetOf(object: SharedObject, milestone: Milestone): WaitSet {
  return new WaitSet(
    object.words,
    at(RECORD[milestone]),
    at(RECORD.sleepers) + MILESTONES.indexOf(milestone),
  );
}

function readHandle(object: SharedObject, field: number): Reference | undefined {
  const offset = (object.words[at(field)] as number) >>> 0;
  const serial = (object.words[at(field) + 1] as number) >>> 0;
  return offset === 0 ? undefined : { kind: PARCEL_KIND, offset, serial };
}

export class ProcessRecord {
  readonly #object: SharedObject;
  readonly #floats: Float64Array;
  readonly #here: Here;
  readonly #waiting: Readonly<Record<Milestone, WaitSet>>;
  readonly #points: Readonly<Record<Milestone, WaitPoint>>;

  constructor(object: SharedObject) {
    const { room } = here();
    const end = waitSetOf(object, 'end');
    const answer = waitSetOf(object, 'answer');
    this.#object = object;
    this.#floats = new Float64Array(object.words.buffer);
    this.#here = here();
    this.#waiting = { end, answer };
    this.#points = {
      end: new WaitPoint(room, object.guard, end),
      answer: new WaitPoint(room, object.guard, answer),
    };
  }

  /** Makes the record of a process that is about to start. */
  static create(
    name: string,
    daemon: boolean,
    orders: SharedObject,
    args: SharedObject,
    fields?: SharedObject,
    kind: RecordKind = 'process',
  ): ProcessRecord {
    const object = here().objects.create(
      KIND,
      { bodyBytes: RECORD.sizeBytes, dataBytes: 0 },
      name,
      ({ words }) => {
        words[at(RECORD.ppid)] = process.pid;
        words[at(RECORD.daemon)] = daemon ? 1 : 0;
        words[at(RECORD.kind)] = RECORD_KINDS.indexOf(kind);
      },
    );
    const record = new ProcessRecord(object);
    record.#putHandle(RECORD.orders, orders);
    record.#putHandle(RECORD.args, args);
    if (fields) record.#putHandle(RECORD.fields, fields);
    return record;
  }

  #putHandle(field: number, parcel: SharedObject): void {
    const reference = parcelReference(parcel);
    this.#here.objects.handleSent(reference);
    this.#object.words[at(field) + 1] = reference.serial;
    Atomics.store(this.#object.words, at(field), reference.offset);
    // The record has it now. What is in it must not hang on the garbage collector of this thread.
    this.#here.objects.leave(parcel);
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

  get fields(): Reference | undefined {
    return readHandle(this.#object, RECORD.fields);
  }

  /** Gives up what the process was sent, once it has it, or never will. */
  dropOrders(): void {
    for (const field of [RECORD.args, RECORD.orders, RECORD.fields]) {
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
    this.#floats[at(RECORD.birth) / 2] = taskFactsOf(pid)?.startTime ?? 0; // for onlookers
    Atomics.store(this.#object.words, at(RECORD.pid), pid);
  }

  /** Of a thread: its number in its process, as `threadId` of node:worker_threads. */
  set thread(thread: number) {
    Atomics.store(this.#object.words, at(RECORD.thread), thread);
  }

  /** Notes how it ended. To be called before the stage is said to be TERMINATED. */
  setExit(exit: Exit): void {
    const [how, value] = exitWords(exit);
    this.#object.words[at(RECORD.exitValue)] = value;
    Atomics.store(this.#object.words, at(RECORD.exitHow), how);
  }

  /** Says how far the process is, and wakes whoever waits for that. */
  setStage(stage: Stage): void {
    if (stage === 'running') this.#floats[at(RECORD.startedAt) / 2] = Date.now();
    if (stage === 'terminated') this.#floats[at(RECORD.endedAt) / 2] = Date.now();
    this.#commit(RECORD.stage, STAGES.indexOf(stage), MILESTONES);
  }

  /** Puts what the target returned or threw into the record, where it outlives the process. */
  deliver(outcome: 'value' | 'error', parcel: SharedObject): void {
    this.#putHandle(RECORD.result, parcel);
    this.#commit(RECORD.outcome, OUTCOMES.indexOf(outcome), ['answer']);
  }

  /** Ends this access: nothing of it may be used any more. */
  close(): void {
    this.#here.objects.leave(this.#object);
  }

  /** Waits in the event loop until `look` finds something, which only the milestone can bring about. */
  until<T>(
    milestone: Milestone,
    what: string,
    look: () => T | undefined,
    wait: Wait | undefined,
  ): Promise<T> {
    const attempt = (register: boolean): T | NotYet =>
      this.#inside(() => {
        const found = look();
        if (found === undefined && register) this.#waiting[milestone].add(this.#here.slot);
        return found ?? NOT_YET;
      });
    return this.#points[milestone].wait(what, attempt, wait);
  }

  #commit(field: number, value: number, milestones: readonly Milestone[]): void {
    this.#inside(() => {
      for (const milestone of milestones) this.#waiting[milestone].ringAll(this.#here.bell);
      Atomics.store(this.#object.words, at(field), value);
    });
  }

  #inside<R>(step: () => R): R {
    const { guard } = this.#object;
    const died = guard.take();
    let clean = false;
    try {
      if (died) this.#here.objects.repair(this.#object);
      const result = step();
      clean = true;
      return result;
    } finally {
      guard.give(clean);
    }
  }
}
