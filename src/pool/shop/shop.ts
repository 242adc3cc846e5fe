/**
 * The heart of a pool: tasks come in, the policy says which is next, a worker gets it, and it is settled, once.
 *
 *     take() ─▶ run queue of the policy ─▶ member ─▶ line ─▶ worker
 *                     ▲     ▲                 │
 *           retry ────┘     └── taken back ───┤
 *     settled ◀───────────────────────────────┘
 *
 * A worker is given more than one task at a time only where tasks come first and are believed to be short: so short
 * that all it has take less than a millisecond. What it has not begun is taken back when somebody else could do it.
 *
 * @module
 */
import type { DuodaoError } from '../../base/index.ts';
import type { Load } from '../../ipc/index.ts';
import type { Exit } from '../../process/index.ts';
import { Backlog } from './backlog.ts';
import { Crew } from '../crew/crew.ts';
import { Entry, type Client, type Terms } from '../entry.ts';
import { events } from '../figures/events.ts';
import type { PoolFunction } from '../functions.ts';
import { lossOf } from '../crew/losses.ts';
import type { Member, MemberEars } from '../crew/member.ts';
import type { Settings } from '../options.ts';
import { closed, initializerFailed } from './refusals.ts';
import { Pump } from './pump.ts';
import { Tally } from '../figures/tally.ts';
import { Trace } from '../figures/trace.ts';
import { limitOf, Watch } from './watch.ts';

/** So many tasks are taken in between two looks at the workers, when they come without a pause. */
const TAKE_LIMIT = 64;

export class Shop {
  readonly settings: Settings;
  readonly tally: Tally = new Tally();
  readonly trace: Trace | undefined;
  readonly crew: Crew;
  readonly backlog: Backlog;
  readonly #pump: Pump;
  readonly #watch: Watch;
  readonly #idle: Set<() => void> = new Set();
  /** Calls over many items that are to be done, also if the pool is closed meanwhile. */
  #calls = 0;
  /** Who wants to hear at once when nothing goes on any more. */
  readonly failures: Set<(error: DuodaoError) => void> = new Set();
  #ids = 0;
  /** Tasks that are not settled. */
  pending = 0;
  /** Pauses before repetitions that run at the moment. */
  readonly #pauses: Map<Entry, NodeJS.Timeout> = new Map();
  /** Why no more tasks are taken in; undefined while they are. */
  refusal: DuodaoError | undefined;
  /** Whether nothing is done any more, also of what was taken in before. */
  #isOver = false;

  constructor(settings: Settings) {
    this.settings = settings;
    this.trace = settings.trace ? new Trace(settings) : undefined;
    this.backlog = new Backlog(settings.policy, (error) => this.fail(error));
    const ears: MemberEars = {
      finished: (member, entry, failed, value) => this.#finished(member, entry, failed, value),
      said: (entry, isPart, value) => entry.client.said?.(entry, isPart, value),
      ready: () => this.#pump.kick(),
      broken: (_, reason) => this.fail(initializerFailed(settings, reason)),
      ended: (member, exit) => this.#ended(member, exit),
    };
    this.crew = new Crew(settings, ears, (error) => this.fail(error));
    this.#pump = new Pump({
      work: () => this.#work(),
      hasAnswers: () => this.crew.hasAnswers,
      isWaiting: () => this.pending > 0,
      isSoon: () => this.crew.isSoon,
      sleep: (wake) => this.crew.sleep(wake),
      wake: () => this.crew.wake(),
    });
    this.#watch = new Watch(this.crew, {
      back: (entries) => this.#comeBack(entries),
      settle: (entry, state, reason) => this.settle(entry, state, reason),
    });
  }

  /** Takes in a task. @throws DuodaoError `closed`, `broken` when there can be no more. */
  take(
    what: PoolFunction,
    load: Load,
    args: readonly unknown[],
    terms: Terms,
    client: Client,
    index: number,
  ): Entry {
    if (this.refusal && (this.#isOver || !client.isHeld)) throw this.refusal;
    const now = performance.now();
    this.#ids += 1;
    const entry = new Entry(this.#ids, what, load, args, terms, client, index, now);
    this.pending += 1;
    if (events.queued.hasSubscribers)
      events.queued.publish({ pool: this.settings.name, task: entry.id, name: entry.name });
    this.backlog.add(entry, now, 'arrived');
    this.#pump.kick();
    // Who submits without a pause would keep the workers waiting until he comes to his end.
    if (this.#ids % TAKE_LIMIT === 0) this.#work();
    return entry;
  }

  readonly #happened: { heard: boolean; given: boolean } = { heard: false, given: false };

  #work(): { readonly heard: boolean; readonly given: boolean } {
    this.#happened.heard = this.crew.read();
    this.#happened.given = this.#dispatch();
    return this.#happened;
  }

  /** Hands out whatever can be handed out. */
  #dispatch(): boolean {
    const { backlog, crew } = this;
    let any = false;
    while (backlog.size > 0 && !this.#isOver) {
      const member = crew.pick(backlog.isInOrder);
      const entry = member && backlog.next(member.id);
      if (!entry || !this.#give(member, entry)) break;
      any = true;
    }
    if (any) crew.publish();
    if (backlog.size > 0 && !this.#isOver) crew.grow(backlog.size);
    return any;
  }

  #give(member: Member, entry: Entry): boolean {
    try {
      entry.timeoutMs = limitOf(entry, this.settings.taskTimeoutMs);
      if (!member.takes(entry) || !member.give(entry)) {
        this.backlog.putBack([entry]);
        return false;
      }
      this.#watch.given(member, entry);
    } catch (error) {
      this.settle(entry, 'failed', error); // it cannot be sent to anybody
    }
    return true;
  }

  #finished(member: Member, entry: Entry, failed: boolean, value: unknown): void {
    this.tally.ran(entry);
    this.trace?.ran(entry, member.place);
    this.#watch.forget(entry);
    entry.what.learn(entry.tookMs);
    if (member.done >= this.settings.maxTasksPerWorker) this.#retire(member);
    const { verdict } = entry;
    if (verdict) this.#giveUp(entry, verdict);
    else if (failed && !entry.isSettled) this.#repeatOrFail(entry, value);
    else this.settle(entry, 'done', value);
  }

  /** What was being given up has ended. */
  #giveUp(entry: Entry, { state, reason }: NonNullable<Entry['verdict']>): void {
    entry.verdict = undefined;
    if (state === 'failed') this.#repeatOrFail(entry, reason);
    else this.settle(entry, state, reason);
  }

  /** Lets a worker end, and gives to others what it has not begun. */
  #retire(member: Member): void {
    this.#comeBack(member.takeBack());
    member.retire();
  }

  #comeBack(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.backlog.putBack(entries);
    this.#pump.kick();
  }

  #repeatOrFail(entry: Entry, reason: unknown): void {
    if (entry.attempts > entry.terms.retries || this.#isOver) {
      this.settle(entry, 'failed', reason);
      return;
    }
    entry.state = 'queued';
    entry.member = undefined;
    this.tally.repeated += 1;
    const pauseMs = Math.min(this.settings.retryDelayMs * 2 ** (entry.attempts - 1), 2 ** 31 - 1);
    const again = (): void => {
      this.#pauses.delete(entry);
      this.backlog.add(entry, performance.now(), 'woken');
      this.#pump.kick();
    };
    this.#pauses.set(entry, setTimeout(again, pauseMs));
  }

  #ended(member: Member, exit: Exit): void {
    const { entries, isBegun } = member.leave();
    const despair = this.crew.remove(member, exit);
    const [first, ...others] = entries;
    const back = first && !isBegun ? entries : others;
    for (const entry of back) {
      entry.state = 'queued';
      entry.member = undefined;
    }
    this.#comeBack(back);
    if (first && isBegun) this.#lost(first, member, exit);
    if (despair && !this.#isOver) this.fail(despair);
    this.#pump.kick();
    this.#sayIfIdle();
  }

  #lost(entry: Entry, member: Member, exit: Exit): void {
    entry.attempts += 1;
    this.#watch.forget(entry);
    const { verdict } = entry;
    if (verdict) {
      this.#giveUp(entry, verdict);
      return;
    }
    entry.deaths += 1;
    this.tally.deaths += 1;
    this.#repeatOrFail(entry, lossOf(entry, member, exit));
  }

  /** Settles a task: the only place where that happens. */
  settle(entry: Entry, state: 'done' | 'failed' | 'cancelled', value: unknown): void {
    if (entry.isSettled) return;
    entry.state = state;
    this.pending -= 1;
    this.tally.settled(state);
    this.#watch.forget(entry);
    if (events.settled.hasSubscribers) {
      const { id, name, tookMs, attempts } = entry;
      events.settled.publish({ pool: this.settings.name, task: id, name, state, tookMs, attempts });
    }
    entry.client.settled(entry, state !== 'done', value);
    this.#sayIfIdle();
  }

  /** Gives a task up, wherever it is. */
  cancel(entry: Entry, reason: unknown): void {
    if (entry.isSettled || entry.verdict) return;
    if (entry.member) {
      this.#watch.giveUp(entry.member, entry, 'cancelled', reason);
      return;
    }
    clearTimeout(this.#pauses.get(entry));
    if (!this.#pauses.delete(entry)) this.backlog.remove(entry);
    this.settle(entry, 'cancelled', reason);
  }

  /** No more tasks; those that are there are done. */
  close(): void {
    this.refusal ??= closed(this.settings.name, 'it is closed');
    this.#sayIfIdle();
  }

  /** Nothing goes on: all tasks are rejected, all workers ended. */
  fail(error: DuodaoError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.refusal = error;
    for (const [entry, pause] of this.#pauses) {
      clearTimeout(pause);
      this.settle(entry, 'failed', error);
    }
    this.#pauses.clear();
    for (const entry of this.backlog.takeAll()) this.settle(entry, 'failed', error);
    for (const member of this.crew.members) {
      for (const entry of member.entries) this.settle(entry, 'failed', error);
      member.kill();
    }
    for (const failed of this.failures) failed(error);
    this.#sayIfIdle();
  }

  /** Has all tasks rejected as the pool was told to end at once. */
  terminate(): void {
    this.fail(closed(this.settings.name, 'it was terminated'));
  }

  /** Resolves when no task is pending. */
  untilIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.add(resolve);
      this.#sayIfIdle();
    });
  }

  /** Whatever a call has to have done counts as pending while it lasts. */
  during<T>(call: () => Promise<T>): Promise<T> {
    this.#calls += 1;
    return call().finally(() => {
      this.#calls -= 1;
      this.#sayIfIdle();
    });
  }

  #sayIfIdle(): void {
    if (this.pending > 0 || (this.#calls > 0 && !this.#isOver)) return;
    if (this.refusal) this.crew.dismiss();
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}
