/**
 * A line between two threads of the tree: one calls, the other serves. It has no lock in its way: each word is written
 * by one side, but for `taken`, which is changed by compare-and-exchange.
 *
 * The caller keeps what it has sent until it is answered. So whenever the server dies, the caller knows of each request
 * whether it was answered, taken, or not even begun; and the server ends with the caller, as it is its child.
 *
 * Sleeping: who wants to sleep says so in a word, and then looks once more. Who has published something looks at that
 * word, and rings. That a ring is lost takes a death between the two; and a death is heard of by all who sleep.
 *
 * @module
 */
import {
  type Here,
  here,
  type Kind,
  NOT_YET,
  registerFace,
  registerKind,
  type Reference,
  type SharedObject,
  WaitPoint,
  WaitSet,
} from '../../memory/index.ts';
import { FAULTY, pass, type Wait, type WaitSync } from '../../base/index.ts';
import { handlesInAnswers } from './unread.ts';
import { AT, BODY_BYTES, DATA_BYTES, PAUSED_AT, RING_WORDS } from './line-shape.ts';

const KIND: Kind = {
  id: 18,
  name: 'line',
  open: (object) => new Line(object),
  repair({ words }) {
    for (const side of [SERVER, CALLER]) setOf(words, side).recount();
  },
  reap() {},
  references: (object): readonly Reference[] => handlesInAnswers(object.words, ringsOf(object).answers),
};
registerKind(KIND);

interface Side {
  readonly set: number;
  readonly sleepers: number;
  readonly asleep: number;
  readonly what: string;
}

export const SERVER: Side = {
  set: AT.serverSet,
  sleepers: AT.serverSleepers,
  asleep: AT.serverAsleep,
  what: 'The next request',
};
export const CALLER: Side = {
  set: AT.callerSet,
  sleepers: AT.callerSleepers,
  asleep: AT.callerAsleep,
  what: 'The next answer',
};

function setOf(words: Int32Array, { set, sleepers }: Side): WaitSet {
  return new WaitSet(words, set, sleepers);
}

export interface Rings {
  readonly requests: Int32Array;
  readonly answers: Int32Array;
}

function ringsOf(object: SharedObject): Rings {
  const data = object.data(BODY_BYTES);
  return {
    requests: new Int32Array(data, 0, RING_WORDS),
    answers: new Int32Array(data, RING_WORDS * 4, RING_WORDS),
  };
}

/** A line as an object that can be sent to whoever is to serve it. */
export class Line {
  readonly object: SharedObject;
  readonly words: Int32Array;
  /** Over the same bytes as `words`. */
  readonly doubles: Float64Array;
  readonly rings: Rings;
  readonly #here: Here;
  readonly #repair: () => void;

  constructor(object: SharedObject) {
    this.object = object;
    this.words = object.words;
    this.doubles = new Float64Array(object.words.buffer, object.words.byteOffset, PAUSED_AT + 1);
    this.rings = ringsOf(object);
    this.#here = here();
    this.#repair = () => this.#here.objects.repair(object);
    registerFace(this, object, KIND.id);
  }

  /**
   * A new line.
   *
   * @param isGated - Whether the server may take only what an {@link Overseer} lets it take.
   * @throws DuodaoError `no-space`.
   */
  static make(name: string, isGated = false): Line {
    const size = { bodyBytes: BODY_BYTES, dataBytes: DATA_BYTES };
    const object = here().objects.create(KIND, size, name, ({ words }) => {
      words[AT.gated] = isGated ? 1 : 0;
    });
    return new Line(object);
  }

  /** Gives it up at once. Only its caller does that, when the server is gone. */
  leave(): void {
    this.#here.objects.leave(this.object);
  }

  /** Takes a step that who looks through the handles in this line must not come upon half done. */
  inside(step: () => void): void {
    this.object.guard.inside(this.#repair, step);
  }

  /** Publishes by one store to a word, and wakes the other side if it sleeps. */
  publish(index: number, value: number, other: Side): void {
    const { words } = this;
    if (Atomics.load(words, other.asleep) === 0) {
      Atomics.store(words, index, value); // the commit
      if (FAULTY) pass('line.published');
      // SYNC with the attempt of sleep(): it says that it sleeps, then looks; we commit, then look whether it sleeps.
      if (Atomics.load(words, other.asleep) === 0) return;
    }
    this.inside(() => {
      setOf(words, other).ringAll(this.#here.bell);
      if (FAULTY) pass('line.ringing');
      Atomics.store(words, other.asleep, 0);
      Atomics.store(words, index, value);
    });
  }

  /** How one side sleeps: as a wait point of this thread. */
  sleeper(side: Side): Sleeper {
    return new Sleeper(this, side, this.#here, this.#repair);
  }
}

/** Sleeps until the other side has changed something. */
export class Sleeper {
  readonly #line: Line;
  readonly #side: Side;
  readonly #here: Here;
  readonly #repair: () => void;
  readonly #set: WaitSet;
  readonly #point: WaitPoint;

  constructor(line: Line, side: Side, place: Here, repair: () => void) {
    this.#line = line;
    this.#side = side;
    this.#here = place;
    this.#repair = repair;
    this.#set = setOf(line.words, side);
    this.#point = new WaitPoint(place.room, line.object.guard, this.#set);
  }

  /** Waits in the event loop until `isThere`. Whatever it looks at must be what the other side publishes. */
  async sleep(isThere: () => boolean, wait?: Wait): Promise<void> {
    await this.#point.wait(this.#side.what, this.#attempt(isThere), wait);
  }

  /** Blocks the thread for it. */
  sleepSync(isThere: () => boolean, wait?: WaitSync): void {
    this.#point.waitSync(this.#side.what, this.#attempt(isThere), wait);
  }

  #attempt(isThere: () => boolean): (register: boolean) => true | typeof NOT_YET {
    const { words, object } = this.#line;
    return (register) => {
      if (isThere()) return true;
      if (!register) return NOT_YET;
      let found = false;
      object.guard.inside(this.#repair, () => {
        Atomics.store(words, this.#side.asleep, 1);
        found = isThere();
        if (!found) this.#set.add(this.#here.slot);
      });
      return found || NOT_YET;
    };
  }
}
