/**
 * Many read or one writes, across processes and threads, blocking or awaited, whoever dies.
 *
 * @module
 */
import { deadlineOf, type Wait, type WaitSync } from '../base/index.ts';
import {
  checkName,
  findOrMake,
  here,
  type Kind,
  NOT_YET,
  type NotYet,
  type Participant,
  registerFace,
  registerKind,
  type SharedObject,
  WaitPoint,
} from '../memory/index.ts';
import { tellHolders } from './holders.ts';
import {
  READ_WRITE_BODY_BYTES,
  READ_WRITE_DATA_BYTES,
  ReadWriteBody,
  WRITES,
} from './read-write-lock-body.ts';
import { ReadWriteHeld } from './read-write-lock-held.ts';
import { blockWatched } from './wait-graph.ts';

const KIND: Kind = {
  id: 15,
  name: 'read-write lock',
  open: (object) => openLock(object),
  repair: (object) => new ReadWriteBody(object).repair(),
  reap: (object, dead) => new ReadWriteBody(object).reap(dead),
};
registerKind(KIND);
tellHolders(KIND.id, (object, mode, waiter) => ReadWriteBody.holdersIn(object, mode, waiter));

const READ = 'Taking the lock to read';
const WRITE = 'Taking the lock to write';

/** How a read-write lock is made. */
export interface ReadWriteLockOptions {
  /**
   * Who goes first where both wait. 'writers', if left out: a writer that waits keeps new readers out, so a steady
   * stream of readers does not starve it. 'readers': whoever reads lets others join him.
   */
  readonly prefer?: 'writers' | 'readers';
  /** A label for people; it does not have to be unique. See `ReadWriteLock.named` for finding a lock by name. */
  readonly name?: string;
}

/** A read-write lock at one moment. */
export interface ReadWriteLockStats {
  readonly readers: number;
  readonly isWriting: boolean;
  /** Threads that wait to write. */
  readonly writersWaiting: number;
}

/** What the next constructor opens instead of making a lock of its own. */
let opening: SharedObject | undefined;

/**
 * Lets many read, or one write.
 *
 * - **Across:** threads and processes of one program's tree; it can be sent to any of them.
 * - **Order:** within a thread, first come first served among readers, and among writers; see `prefer`.
 * - **If a writer dies:** the next ones get the lock, within 100 ms, and are told by `held.ownerDied` until a writer
 *   has released it normally. A reader that dies is in nobody's way.
 * - **Limits:** not reentrant. Who reads and wants to read again waits behind a writer that waits for him.
 *
 * @example
 * ```ts
 * const prices = new ReadWriteLock();
 * await prices.useRead(() => look());
 * await prices.useWrite(() => change());
 * ```
 */
export class ReadWriteLock {
  readonly #body: ReadWriteBody;
  readonly #reading: WaitPoint;
  readonly #writing: WaitPoint;
  readonly #tryRead: (register: boolean) => ReadWriteHeld | NotYet;
  /** One for each wait of this thread to write, from its beginning to its end. */
  readonly #writers: Set<object> = new Set();

  constructor(options: ReadWriteLockOptions = {}) {
    const object = opening ?? createLock(options);
    opening = undefined;
    const body = new ReadWriteBody(object);
    this.#body = body;
    this.#reading = new WaitPoint(here().room, object.guard, body.reading);
    this.#writing = new WaitPoint(here().room, object.guard, body.writing);
    this.#tryRead = (register) => afterDeaths(register, () => ReadWriteHeld.tryRead(body, register));
    registerFace(this, object, KIND.id);
  }

  /**
   * The lock with this name, anywhere in the tree: the first call makes it. It lives as long as the tree.
   *
   * @throws RangeError when it exists and prefers others than `options` asks for.
   */
  static named(name: string, options: Omit<ReadWriteLockOptions, 'name'> = {}): ReadWriteLock {
    checkName('read-write lock', name);
    checkPrefer(options.prefer);
    const found = findOrMake(KIND.id, name, () => createLock({ ...options, name })) as ReadWriteLock;
    const prefer = found.#body.prefersReaders ? 'readers' : 'writers';
    if (options.prefer !== undefined && options.prefer !== prefer) {
      throw new RangeError(
        `Cannot open the read-write lock "${name}" to prefer ${options.prefer}: it prefers ${prefer}`,
      );
    }
    return found;
  }

  /**
   * Takes the lock to read, letting the event loop run until it is to be had.
   *
   * @throws DuodaoError `timed-out`, or the reason of `wait.signal`; the lock is not taken then.
   */
  acquireRead(wait?: Wait): Promise<ReadWriteHeld> {
    return this.#reading.wait(READ, this.#tryRead, wait);
  }

  /** Takes the lock to read, blocking the thread. @throws DuodaoError `timed-out`; the lock is not taken then. */
  acquireReadSync(wait?: WaitSync): ReadWriteHeld {
    if (wait !== undefined) deadlineOf(wait);
    return blockWatched(this.#reading, READ, this.#tryRead, wait, this.#body.object, this.#body.readMode);
  }

  /** Takes the lock to read if it is to be had. Never waits. */
  tryAcquireRead(): ReadWriteHeld | undefined {
    const held = this.#tryRead(false);
    return held === NOT_YET ? undefined : held;
  }

  /**
   * Takes the lock to write, letting the event loop run until nobody else is in.
   *
   * @throws DuodaoError `timed-out`, or the reason of `wait.signal`; the lock is not taken then.
   */
  async acquireWrite(wait?: Wait): Promise<ReadWriteHeld> {
    const self = {};
    this.#writers.add(self);
    try {
      return await this.#writing.wait(WRITE, this.#tryWrite(self), wait);
    } catch (error) {
      this.#giveUp(self);
      throw error;
    }
  }

  /** Takes the lock to write, blocking the thread. @throws DuodaoError `timed-out`; the lock is not taken then. */
  acquireWriteSync(wait?: WaitSync): ReadWriteHeld {
    if (wait !== undefined) deadlineOf(wait);
    const self = {};
    this.#writers.add(self);
    try {
      return blockWatched(this.#writing, WRITE, this.#tryWrite(self), wait, this.#body.object, WRITES);
    } catch (error) {
      this.#giveUp(self);
      throw error;
    }
  }

  /** Takes the lock to write if nobody is in. Never waits. */
  tryAcquireWrite(): ReadWriteHeld | undefined {
    const held = this.#tryWrite({})(false);
    return held === NOT_YET ? undefined : held;
  }

  /** Runs `fn` with the lock held to read, and releases it when `fn` has ended, however it ended. */
  async useRead<T>(fn: (held: ReadWriteHeld) => T, wait?: Wait): Promise<Awaited<T>> {
    return use(await this.acquireRead(wait), fn);
  }

  /** Runs `fn` with the lock held to write, and releases it when `fn` has ended, however it ended. */
  async useWrite<T>(fn: (held: ReadWriteHeld) => T, wait?: Wait): Promise<Awaited<T>> {
    return use(await this.acquireWrite(wait), fn);
  }

  /** How many read. True at the moment of reading. */
  get readers(): number {
    return this.#body.readers;
  }

  /** Who writes, if anybody does. */
  get writer(): Participant | undefined {
    const { owner } = this.#body;
    return owner === 0 ? undefined : here().slots.describe(owner);
  }

  /** What can be seen from outside, at one moment. */
  stats(): ReadWriteLockStats {
    const { readers, owner, wanting } = this.#body;
    return { readers, isWriting: owner !== 0, writersWaiting: wanting };
  }

  #tryWrite(self: object): (register: boolean) => ReadWriteHeld | NotYet {
    return (register) =>
      afterDeaths(register, () => {
        const others = this.#writers.size > (this.#writers.has(self) ? 1 : 0);
        const held = ReadWriteHeld.tryWrite(this.#body, register, others);
        if (held) this.#writers.delete(self);
        return held;
      });
  }

  /** Lets readers in that were kept out for the sake of this wait. */
  #giveUp(self: object): void {
    this.#writers.delete(self);
    if (this.#writers.size === 0) this.#body.stopWanting();
  }
}

/** Tries. Who does not wait hears of no deaths, so he looks. */
function afterDeaths(register: boolean, attempt: () => ReadWriteHeld | undefined): ReadWriteHeld | NotYet {
  let held = attempt();
  if (!held && !register && here().reap()) held = attempt();
  return held ?? NOT_YET;
}

async function use<T>(held: ReadWriteHeld, fn: (held: ReadWriteHeld) => T): Promise<Awaited<T>> {
  try {
    return await fn(held);
  } finally {
    held.release();
  }
}

function checkPrefer(prefer: unknown): void {
  if (prefer === undefined || prefer === 'writers' || prefer === 'readers') return;
  throw new RangeError(
    `Cannot make a read-write lock as prefer must be 'writers' or 'readers': ` +
      `current value is ${JSON.stringify(prefer)}`,
  );
}

function createLock({ name, prefer }: ReadWriteLockOptions): SharedObject {
  checkPrefer(prefer);
  if (name !== undefined) checkName('read-write lock', name);
  const size = { bodyBytes: READ_WRITE_BODY_BYTES, dataBytes: READ_WRITE_DATA_BYTES };
  return here().objects.create(KIND, size, name ?? '', (object) =>
    ReadWriteBody.init(object, prefer === 'readers'),
  );
}

function openLock(object: SharedObject): ReadWriteLock {
  opening = object;
  return new ReadWriteLock();
}
