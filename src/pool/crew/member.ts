/**
 * One worker as its pool sees it: what it has been given, what it says, how it ends.
 *
 * @module
 */
import { assert } from '../../base/index.ts';
import { type Answer, Caller, Line, Packed } from '../../ipc/index.ts';
import { type Exit, onceEnded, Process, Thread } from '../../process/index.ts';
import { monotonicMs } from '../clock.ts';
import type { Entry } from '../entry.ts';
import { BROKEN, CALL, ERROR, INTRODUCE, PART, PROGRESS, READY, VALUE } from '../messages.ts';
import { introductionOf } from '../functions.ts';
import type { Settings } from '../options.ts';
import type { Slicer } from '../slices/slicer.ts';
import { serve } from '../worker/serve.ts';

/** Who hears of what a worker does. */
export interface MemberEars {
  /** The first of its tasks has ended. */
  finished(member: Member, entry: Entry, failed: boolean, value: unknown): void;
  said(entry: Entry, isPart: boolean, value: unknown): void;
  ready(member: Member): void;
  /** Its initializer failed. */
  broken(member: Member, reason: unknown): void;
  ended(member: Member, exit: Exit): void;
}

/** Tasks that one worker has been given at most: it runs one of them. */
export const MEMBER_LIMIT = 1024;

/** What nothing is known of is taken for long. */
const UNKNOWN_MS = 1e6;
/** All that a worker has may be believed to take as long as this. */
const WINDOW_MS = 1;

export class Member {
  readonly id: number;
  /** Its number among those that are there: the least that was free. */
  readonly place: number;
  readonly runner: Process | Thread;
  readonly caller: Caller;
  readonly #line: Line;
  readonly #ears: MemberEars;
  /** Who decides when it runs, under policies that share CPUs by time. */
  readonly #slicer: Slicer | undefined;
  /** Tasks that it may be given in its life. */
  readonly #mostTasks: number;
  readonly #known: Set<number> = new Set();
  /** Tasks that it has been given, in order. */
  #entries: Entry[] = [];
  #first = 0;
  /** Milliseconds that all of those are believed to take. */
  backlogMs = 0;
  /** Tasks that it has ended. */
  done = 0;
  isReady = false;
  isEnded = false;
  /** It gets no more tasks, and ends when it has done those it has. */
  isRetiring = false;
  /** It gets no more tasks until the one it is at has been given up. */
  isHeld = false;
  #sleep: AbortController | undefined;
  /** Since when it has had nothing to do. */
  idleSince: number = performance.now();

  constructor(id: number, place: number, settings: Settings, ears: MemberEars, slicer: Slicer | undefined) {
    this.id = id;
    this.place = place;
    this.#ears = ears;
    this.#slicer = slicer;
    this.#mostTasks = settings.maxTasksPerWorker;
    const { kind, initializer, initArgs, memoryLimitBytes: limit } = settings;
    const name = `${settings.name}-${id}`;
    this.#line = Line.make(name, slicer !== undefined);
    this.caller = new Caller(this.#line);
    const args: Parameters<typeof serve> = [this.#line, { initializer, initArgs }];
    this.runner =
      kind === 'thread'
        ? new Thread({
            target: serve,
            args,
            name,
            daemon: true,
            ...(limit && { memory: { hardBytes: limit } }),
          })
        : new Process({
            target: serve,
            args,
            name,
            daemon: true,
            ...(limit && { memory: this.#memory(limit) }),
          });
  }

  #memory(limit: number): { softBytes: number; hardBytes: number; onSoft: () => void } {
    return { softBytes: limit, hardBytes: Math.ceil(limit * 1.25), onSoft: () => this.retire() };
  }

  get pid(): number | undefined {
    return this.runner instanceof Process ? this.runner.pid : process.pid;
  }

  /** Starts it. Whatever becomes of it is told by `ended`. */
  start(): void {
    this.runner.start().then(
      () => {
        if (this.pid !== undefined) this.#slicer?.seat(this.id, this.pid, this.#line);
        onceEnded(this.runner, (exit) => this.#end(exit));
      },
      (reason: unknown) => this.#end({ how: 'not-started', reason: reason as Error }),
    );
  }

  #end(exit: Exit): void {
    this.read();
    this.isEnded = true;
    this.#ears.ended(this, exit);
  }

  /** How many tasks it has. */
  get load(): number {
    return this.#entries.length - this.#first;
  }

  get current(): Entry | undefined {
    return this.#entries[this.#first];
  }

  get entries(): readonly Entry[] {
    return this.#entries.slice(this.#first);
  }

  /** Whether it may be given tasks at all. */
  get isOpen(): boolean {
    if (!this.isReady || this.isRetiring || this.isEnded || this.isHeld) return false;
    return this.done + this.load < this.#mostTasks;
  }

  /** Whether it may be given a further task beside what it has. */
  hasTime(chunk: number): boolean {
    return this.load < chunk || this.backlogMs < WINDOW_MS;
  }

  /** Whether it may be given this one. */
  takes({ estimate, terms }: Entry): boolean {
    if (this.load < Math.max(1, terms.chunk)) return true;
    return estimate !== undefined && this.backlogMs + estimate <= WINDOW_MS;
  }

  /**
   * Gives it a task, which it sees after `caller.publish()`. False when there is no room in its line.
   *
   * @throws What is wrong with the task: its function has no address, or what it refers to is gone.
   */
  give(entry: Entry): boolean {
    if (this.load >= MEMBER_LIMIT) return false;
    const { what, load } = entry;
    if (this.#known.has(what.id)) {
      if (!this.caller.send(CALL, what.id, load)) return false;
    } else {
      const args = load instanceof Packed ? load.bytes : load;
      if (!this.caller.send(INTRODUCE, what.id, introductionOf(what, args))) return false;
      this.#known.add(what.id);
    }
    entry.member = this;
    entry.state = 'running';
    entry.sentAt = performance.now();
    entry.estimateMs = entry.estimate ?? UNKNOWN_MS;
    this.backlogMs += entry.estimateMs;
    this.#entries.push(entry);
    this.#slicer?.given(this.id, entry, this.caller.count);
    return true;
  }

  /** Takes back the tasks that it has not begun, in their order. */
  takeBack(): Entry[] {
    const count = this.caller.takeBack();
    const back = this.#entries.splice(this.#entries.length - count, count);
    for (const entry of back) {
      entry.member = undefined;
      entry.state = 'queued';
      this.backlogMs -= entry.estimateMs;
    }
    // One that was to tell it of a function may be among them.
    if (count === 0) return back;
    this.#forget(back);
    this.#slicer?.back(this.id);
    return back;
  }

  /** What it has not been told of, as far as we know. Being told twice does no harm. */
  #forget(back: readonly Entry[]): void {
    for (const { what } of back) this.#known.delete(what.id);
  }

  /**
   * How long its present task has run, in ms, but for the time in which it was suspended; undefined if it has begun
   * none.
   */
  get ranMs(): number | undefined {
    const { since } = this.caller;
    if (since === 0 || this.load === 0 || !this.caller.isBegun) return undefined;
    const now = monotonicMs();
    return now - since - this.caller.pausedMs(now);
  }

  /** Reads what it has said. True if it has said anything. */
  read(): boolean {
    return this.caller.read((answer) => this.#hear(answer));
  }

  #hear(answer: Answer): void {
    const { type, value } = answer;
    if (type === VALUE || type === ERROR) {
      this.#finish(answer);
    } else if (type === READY) {
      this.isReady = true;
      this.#ears.ready(this);
    } else if (type === BROKEN) {
      this.#ears.broken(this, answer.failure ?? value);
    } else if (type === PROGRESS || type === PART) this.#say(answer);
  }

  #say({ type, value, isLater }: Answer): void {
    const entry = this.current;
    if (!entry) return;
    const { said } = this.#ears;
    if (!isLater || type === PART) said(entry, type === PART, value);
    if (!isLater) return;
    // Of a part that does not arrive whoever iterates over them hears.
    (value as Promise<unknown>).then(
      (arrived) => type === PROGRESS && said(entry, false, arrived),
      () => undefined,
    );
  }

  #finish({ type, value, took, isLater, failure }: Answer): void {
    const entry = this.#entries[this.#first];
    assert(entry, 'a worker answers only what it was given');
    this.#first += 1;
    if (this.#first === this.#entries.length || this.#first > MEMBER_LIMIT) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    this.done += 1;
    this.backlogMs = this.load === 0 ? 0 : this.backlogMs - entry.estimateMs;
    if (this.load === 0) this.idleSince = performance.now();
    entry.tookMs = Math.max(0, took - this.caller.pausedMs(0));
    entry.used += entry.tookMs;
    entry.attempts += 1;
    if (isLater) {
      (value as Promise<unknown>).then(
        (arrived) => this.#ears.finished(this, entry, type === ERROR, arrived),
        (reason: unknown) => this.#ears.finished(this, entry, true, reason),
      );
    } else this.#ears.finished(this, entry, type === ERROR || failure !== undefined, failure ?? value);
  }

  /** Waits for what it says, if it does not do so already. */
  sleep(wake: () => void): void {
    if (this.#sleep || this.isEnded) return;
    const sleep = new AbortController();
    this.#sleep = sleep;
    const end = (): void => {
      if (this.#sleep === sleep) this.#sleep = undefined;
    };
    this.caller.sleep(sleep.signal).then(() => {
      end();
      wake();
    }, end);
  }

  wake(): void {
    this.#sleep?.abort();
    this.#sleep = undefined;
  }

  /** No more tasks for it. */
  retire(): void {
    if (this.isRetiring || this.isEnded) return;
    this.isRetiring = true;
    this.caller.close();
  }

  kill(): void {
    if (this.runner.isAlive) this.runner.kill();
  }

  /** What it had when it ended, in order: the first was begun if `isBegun`. */
  leave(): { entries: readonly Entry[]; isBegun: boolean } {
    this.wake();
    this.#slicer?.gone(this.id);
    const untaken = this.caller.takeBack();
    const entries = this.entries;
    this.caller.leave();
    return { entries, isBegun: untaken < entries.length };
  }
}
