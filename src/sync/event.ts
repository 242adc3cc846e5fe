/**
 * Something that has happened or not, across processes and threads.
 *
 * Body:
 *
 *     offset  size  field     meaning
 *     0       4     changes   how often it was set or cleared: odd while it is set
 *     4       4     sleepers  (derived) how many participants wait, or have given up since it was last set
 *     8       56    -
 *     64      64    wait set
 *
 * Who waits remembers the number of changes that it came with. Any other number means that the event has been set
 * meanwhile, also if it was cleared at once: a waiter that is slow to look misses nothing.
 *
 * @module
 */
import { deadlineOf, layout, type Wait, type WaitSync } from '../base/index.ts';
import {
  BODY_OFFSET,
  checkName,
  findOrMake,
  type Here,
  here,
  type Kind,
  NOT_YET,
  type NotYet,
  registerFace,
  registerKind,
  type SharedObject,
  WaitPoint,
  WaitSet,
} from '../memory/index.ts';

const EVENT = layout('event', 128, {
  changes: [0, 'u32'],
  sleepers: [4, 'u32'],
  spare: [8, 'pad', 56],
  waitSet: [64, 'u32', 16],
});
const CHANGES = (BODY_OFFSET + EVENT.changes) / 4;
const SLEEPERS = (BODY_OFFSET + EVENT.sleepers) / 4;
const WAIT_SET = (BODY_OFFSET + EVENT.waitSet) / 4;

const WHAT = 'The event';

const KIND: Kind = {
  id: 13,
  name: 'event',
  open: (object) => openEvent(object),
  repair: (object) => waitSetOf(object).recount(), // the rest is one word
  reap: () => undefined, // nobody owns anything
};
registerKind(KIND);

/** How an event is made. */
export interface EventOptions {
  /** A label for people; it does not have to be unique. See `Event.named` for finding an event by name. */
  readonly name?: string;
}

/** An event at one moment. */
export interface EventStats {
  readonly isSet: boolean;
  /** Threads that wait for it; those that gave up since it was last set are among them. */
  readonly waiting: number;
}

/** What the next constructor opens instead of making an event of its own. */
let opening: SharedObject | undefined;

/**
 * Lets everybody wait until somebody says that something has happened.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** `set` lets all go on who wait at that moment, even if `clear` comes at once.
 * - **If a waiter dies:** it is in nobody's way.
 *
 * @example
 * ```ts
 * const begun = new Event();
 * await begun.wait();   // elsewhere: begun.set()
 * ```
 */
export class Event {
  readonly #object: SharedObject;
  readonly #words: Int32Array;
  readonly #here: Here;
  readonly #waiting: WaitSet;
  readonly #point: WaitPoint;
  readonly #repair: () => void;

  constructor(options: EventOptions = {}) {
    const object = opening ?? createEvent(options);
    opening = undefined;
    this.#object = object;
    this.#words = object.words;
    this.#here = here();
    this.#waiting = waitSetOf(object);
    this.#point = new WaitPoint(this.#here.room, object.guard, this.#waiting);
    this.#repair = () => this.#here.objects.repair(object);
    registerFace(this, object, KIND.id);
  }

  /** The event with this name, anywhere in the tree: the first call makes it. It lives as long as the tree. */
  static named(name: string): Event {
    checkName('event', name);
    return findOrMake(KIND.id, name, () => createEvent({ name })) as Event;
  }

  /** Says that it has happened, and wakes all who wait. If it is set already, nothing changes. */
  set(): void {
    const words = this.#words;
    this.#object.guard.inside(this.#repair, () => {
      const changes = words[CHANGES] as number;
      if (changes & 1) return;
      this.#waiting.ringAll(this.#here.bell); // before the commit: see wait-set.ts
      Atomics.store(words, CHANGES, changes + 1); // the commit
    });
  }

  /** Says that it has not happened: from now on `wait` waits again. */
  clear(): void {
    const words = this.#words;
    this.#object.guard.inside(this.#repair, () => {
      const changes = words[CHANGES] as number;
      if (changes & 1) Atomics.store(words, CHANGES, changes + 1); // the commit
    });
  }

  /** Whether it has happened. True at the moment of reading. */
  get isSet(): boolean {
    return (Atomics.load(this.#words, CHANGES) & 1) !== 0;
  }

  /**
   * Waits in the event loop until it is set; if it is, not at all.
   *
   * @throws DuodaoError `timed-out`; or the reason of `wait.signal`.
   */
  async wait(wait?: Wait): Promise<void> {
    await this.#point.wait(WHAT, this.#untilNext(), wait);
  }

  /**
   * Blocks the thread until it is set; if it is, not at all.
   *
   * @throws DuodaoError `timed-out`.
   */
  waitSync(wait?: WaitSync): void {
    if (wait !== undefined) deadlineOf(wait);
    this.#point.waitSync(WHAT, this.#untilNext(), wait);
  }

  /** As {@link isSet}: what `ready` looks at. */
  get isReady(): boolean {
    return this.isSet;
  }

  /** As {@link wait}: what `ready` waits for. */
  untilReady(wait?: Wait): Promise<void> {
    return this.wait(wait);
  }

  /** What can be seen from outside, at one moment. */
  stats(): EventStats {
    return { isSet: this.isSet, waiting: Atomics.load(this.#words, SLEEPERS) };
  }

  /** Looks for it being set, now or at any time from now on. */
  #untilNext(): (register: boolean) => true | NotYet {
    const words = this.#words;
    const came = Atomics.load(words, CHANGES);
    if (came & 1) return () => true;
    return (register) =>
      this.#object.guard.inside(this.#repair, () => {
        if (words[CHANGES] !== came) return true;
        if (register) this.#waiting.add(this.#here.slot);
        return NOT_YET;
      });
  }
}

function waitSetOf({ words }: SharedObject): WaitSet {
  return new WaitSet(words, WAIT_SET, SLEEPERS);
}

function createEvent({ name }: EventOptions): SharedObject {
  if (name !== undefined) checkName('event', name);
  return here().objects.create(KIND, { bodyBytes: EVENT.sizeBytes, dataBytes: 0 }, name ?? '', () => {});
}

function openEvent(object: SharedObject): Event {
  opening = object;
  return new Event();
}
