/**
 * What processes and threads have in common: something that is made, started once, waited for, asked for its result.
 *
 * Each of the two classes says by its {@link RunnableKind} what differs. What happens after the start is in life.ts.
 *
 * @module
 */
import { DuodaoError, type Wait } from '../base/index.ts';
import { checkName } from '../memory/index.ts';
import type { StopOptions } from './ending.ts';
import type { Exit } from './record/exit.ts';
import type { Life } from './life.ts';
import { checkOptionNames } from './option-names.ts';
import { type AnyOptions, checkOptions } from './options.ts';
import type { Beginning } from './start/orders.ts';
import type { ProcessState } from './record/state.ts';
import { checkForm, fieldsOf, InsideOfIt } from './subclass.ts';
import type { Addressable, AnyFunction } from './address/task.ts';

/** What a process or thread may know of itself. */
export interface Oneself {
  name: string;
  readonly daemon: boolean;
}

/** A life that has begun, or will when `begun` resolves: when many boot at once, others wait for their turn. */
export interface Begun {
  readonly life: Life;
  readonly begun: Promise<void> | undefined;
}

/** What differs between processes and threads. */
export interface RunnableKind {
  readonly noun: 'process' | 'thread';
  /** The class whose parts a field of a subclass must not hide. */
  readonly base: Addressable;
  /** The one that this code runs in. */
  oneself(): Oneself;
  nextName(): string;
  daemonByDefault(): boolean;
  /** Starts it. @throws DuodaoError when it may not start here, or with this; nothing is started then. */
  begin(one: Runnable, beginning: Beginning): Begun;
}

/** The life of one that has started, for the classes of this room. */
export let lifeOf: (one: Runnable) => Life | undefined;
/** The same, refusing an action on one that has none, or is closed. */
export let needLife: (one: Runnable, action: string) => Life;

/** Has a function called when one that was started has ended. Unlike `join()` it keeps nobody alive. */
export function onceEnded(one: Runnable, listener: (exit: Exit) => void): void {
  needLife(one, 'wait for the end of').onceEnded(listener);
}

/** The face that {@link Process} and {@link Thread} share. */
export abstract class Runnable<F extends AnyFunction = AnyFunction> implements AsyncDisposable {
  readonly #kind: RunnableKind;
  readonly #class: Addressable;
  readonly #target: AnyFunction | undefined;
  /** Until it starts: afterwards the other side has them, and we must not keep alive what is in them. */
  #options: AnyOptions | undefined;
  #name: string;
  #daemon: boolean;
  /** Whether this object stands for what this code runs in: `this` of a `run()`. */
  readonly #isInside: boolean;
  #life: Life | undefined;
  #isClosed = false;

  static {
    lifeOf = (one) => one.#life;
    needLife = (one, action) => one.#started(action);
  }

  constructor(options: AnyOptions | InsideOfIt, kind: RunnableKind) {
    this.#kind = kind;
    this.#class = new.target;
    this.#isInside = options instanceof InsideOfIt;
    if (options instanceof InsideOfIt) {
      ({ name: this.#name, daemon: this.#daemon } = kind.oneself());
      return;
    }
    checkOptionNames(options, kind.noun);
    checkOptions(options, kind.noun);
    checkForm(options.target, new.target, kind);
    this.#target = options.target;
    this.#options = options;
    this.#name = options.name ?? kind.nextName();
    this.#daemon = options.daemon ?? (!options.detached && kind.daemonByDefault());
  }

  /**
   * What it does: it calls the target. A subclass overrides it, and may give it any parameters.
   * Called here it runs here, as any method.
   */
  run(...args: Parameters<F>): ReturnType<F> {
    if (!this.#target) throw new TypeError(`Cannot run ${this.#name} as it has no target`);
    return this.#target(...args) as ReturnType<F>;
  }

  /** For people. It can be set until it starts; inside of `run()` it renames what runs. */
  get name(): string {
    return this.#isInside ? this.#kind.oneself().name : this.#name;
  }

  set name(name: string) {
    if (this.#isInside) {
      this.#kind.oneself().name = name;
      return;
    }
    this.#needNew('name');
    checkName(this.#kind.noun, name);
    this.#name = name;
  }

  /** Whether it ends with whoever started it instead of keeping that alive. It can be set until it starts. */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    this.#needNew('daemon');
    checkOptions({ ...this.#options, daemon }, this.#kind.noun);
    this.#daemon = daemon;
  }

  /** Whether it was started and has not ended. */
  get isAlive(): boolean {
    return this.#isInside || (this.#life?.isAlive ?? false);
  }

  /** Null before it has ended; then N for an exit code and −N for a signal. */
  get exitCode(): number | null {
    return this.#life?.exitCode ?? null;
  }

  /** What it is doing at this moment: see {@link ProcessState}. */
  get state(): ProcessState {
    if (this.#isInside) return 'running';
    return this.#life?.state ?? 'new';
  }

  /**
   * Starts it; it does not wait for the work. That the system cannot start it, or that its module does not load, is
   * told by `join` and `result`. When many are booting it waits for its turn, in the order of the calls.
   *
   * @throws DuodaoError `not-exported` when the target or subclass has no address, `not-cloneable` when an argument or
   * a field cannot cross, `unsafe` where its own module is still being loaded, or in a daemon that may not have
   * children, `over-limit` when 512 threads take part in this program already. Nothing is started then. Should that be
   * so only when its turn comes, it is told by `join` and `result`.
   */
  async start(): Promise<this> {
    this.#needNew('start');
    const options = this.#options ?? {};
    const fields = this.#target ? undefined : fieldsOf(this, this.#class, this.#kind.base);
    const work = this.#target ?? this.#class;
    const { args = [] } = options;
    const one = { name: this.#name, daemon: this.#daemon, work, args, fields, options };
    const { life, begun } = this.#kind.begin(this, one);
    this.#life = life;
    this.#options = undefined;
    await begun;
    return this;
  }

  /**
   * Waits until it has ended, and says how. It never rejects for how it ended.
   *
   * @throws DuodaoError `timed-out`, or the reason of `wait.signal`.
   */
  async join(wait?: Wait): Promise<Exit> {
    return this.#started('join').join(wait);
  }

  /**
   * Waits for what the target returns. What it throws comes as a rejection, with its own stack.
   *
   * @throws What the target threw; DuodaoError `exited` when it ended without an answer, `not-cloneable` when its
   * answer cannot cross, `timed-out`; or the reason of `wait.signal`.
   */
  async result(wait?: Wait): Promise<Awaited<ReturnType<this['run']>>> {
    const value = await this.#started('ask for the result of').result(wait);
    return value as Awaited<ReturnType<this['run']>>;
  }

  abstract stop(options?: StopOptions): Promise<Exit>;

  /**
   * Gives up what is kept of one that has ended, its result too. Afterwards its methods refuse with `closed`; what can
   * be read of it stays.
   *
   * @throws TypeError while it is alive.
   */
  close(): void {
    if (this.isAlive)
      throw new TypeError(`Cannot close ${this.name} as it is alive: stop it, or wait for its end`);
    this.#isClosed = true;
    this.#options = undefined;
    this.#life?.close();
  }

  /** Stops it, if it has started. Its result can still be asked for. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life && !this.#isClosed) await this.stop();
  }

  #needNew(action: string): void {
    this.#needOpen(action);
    if (!this.#life && !this.#isInside) return;
    if (action !== 'start') throw new TypeError(`Cannot set the ${action} of ${this.name} as it has started`);
    const { noun } = this.#kind;
    throw new TypeError(`Cannot start ${this.name} as a ${noun} starts only once: make another one`);
  }

  #needOpen(action: string): void {
    if (this.#isClosed) throw new DuodaoError('closed', `Cannot ${action} ${this.#name} as it is closed`);
  }

  #started(action: string): Life {
    this.#needOpen(action);
    if (this.#life) return this.#life;
    const why = this.#isInside ? `it is this very ${this.#kind.noun}` : 'it has not been started';
    throw new TypeError(`Cannot ${action} ${this.name} as ${why}`);
  }
}
