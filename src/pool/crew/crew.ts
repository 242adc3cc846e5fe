/**
 * The workers of a pool: how many there are, who of them gets the next task, who takes the place of those that ended.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { Exit } from '../../process/index.ts';
import { events } from '../figures/events.ts';
import { endOf } from './losses.ts';
import { Member, type MemberEars } from './member.ts';
import type { Settings } from '../options.ts';
import { Slicer } from '../slices/slicer.ts';

/** So many workers in a row that end before they can begin are reason enough to give up. */
const DESPAIR_LIMIT = 3;
/** Workers above the minimum that had nothing to do for so long end. */
const IDLE_MS = 10_000;
/** Workers that were told to end and do not are made to. */
const GRACE_MS = 1_000;
/** What is believed to be there sooner than this is worth looking for. */
const SOON_MS = 0.05;

export class Crew {
  readonly #settings: Settings;
  readonly #ears: MemberEars;
  readonly #onFailure: (error: DuodaoError) => void;
  /** How many workers there may be. */
  readonly #most: number;
  slicer: Slicer | undefined;
  members: readonly Member[] = [];
  #ids = 0;
  #failedStarts = 0;
  #isDismissed = false;
  #shrink: NodeJS.Timeout | undefined;
  readonly #ends: Set<() => void> = new Set();

  constructor(settings: Settings, ears: MemberEars, onFailure: (error: DuodaoError) => void) {
    this.#settings = settings;
    this.#onFailure = onFailure;
    this.#most = settings.max * (settings.policy.isPreemptive ? settings.degree : 1);
    this.#ears = {
      ...ears,
      ready: (member) => {
        this.#failedStarts = 0;
        if (this.#isDismissed) member.retire();
        if (events.worker.hasSubscribers) this.#publishEvent(member, 'started');
        ears.ready(member);
      },
    };
  }

  /** Reads what all of them have said. True if anybody has. */
  read(): boolean {
    let any = false;
    for (const member of this.members) any = member.read() || any;
    return any;
  }

  get hasAnswers(): boolean {
    for (const member of this.members) if (member.caller.hasAnswers) return true;
    return false;
  }

  /** Whether somebody may answer within microseconds. */
  get isSoon(): boolean {
    for (const member of this.members)
      if (member.load > 0 && (member.current?.estimateMs ?? 1) < SOON_MS) return true;
    return false;
  }

  /** Who gets the next task: somebody without one, the last to have had one first; else whoever has least to do. */
  pick(isInOrder: boolean): Member | undefined {
    const chunk = this.#chunks.length === 0 ? 0 : Math.max(...this.#chunks);
    let idle: Member | undefined;
    let least: Member | undefined;
    for (const member of this.members) {
      if (!member.isOpen) continue;
      if (member.load === 0) {
        if (!idle || member.idleSince > idle.idleSince) idle = member;
      } else if (isInOrder && member.hasTime(chunk) && (!least || member.backlogMs < least.backlogMs))
        least = member;
    }
    return idle ?? least;
  }

  /** Sees to it that there are workers for tasks that wait. */
  grow(waiting: number): void {
    if (this.#isDismissed) return;
    const { min } = this.#settings;
    const coming = this.members.filter((member) => !member.isReady).length;
    const staying = this.members.filter((member) => !member.isRetiring).length;
    const wanted = Math.min(this.#most, Math.max(min, staying + waiting - coming));
    for (let count = staying; count < wanted; count++) this.#hire();
    if (this.#most > min) this.#shrink ??= setInterval(() => this.#letIdleGo(), IDLE_MS / 4).unref();
  }

  #hire(): void {
    this.#ids += 1;
    if (this.#settings.policy.isPreemptive) this.slicer ??= new Slicer(this.#settings, this.#onFailure);
    const taken = new Set(this.members.map(({ place }) => place));
    let place = 0;
    while (taken.has(place)) place++;
    const member = new Member(this.#ids, place, this.#settings, this.#ears, this.slicer);
    this.members = [...this.members, member];
    member.start();
  }

  /** The chunks of calls that go on. */
  readonly #chunks: number[] = [];

  /** A call has begun that gives so many items to a worker at once. To be called when it is over: what it gives. */
  useChunks(count: number): () => void {
    this.#chunks.push(count);
    return () => {
      const index = this.#chunks.indexOf(count);
      if (index >= 0) this.#chunks.splice(index, 1);
      count = -1; // once
    };
  }

  #letIdleGo(): void {
    const now = performance.now();
    const spare = this.members.filter((member) => member.isOpen && member.load === 0);
    let surplus = this.members.length - this.#settings.min;
    for (const member of spare) {
      if (surplus-- <= 0) break;
      if (now - member.idleSince > IDLE_MS) member.retire();
    }
    if (this.members.length <= this.#settings.min) {
      clearInterval(this.#shrink);
      this.#shrink = undefined;
    }
  }

  /** Strikes one off that has ended. The reason to give up, if that is one too many. */
  remove(member: Member, exit: Exit): DuodaoError | undefined {
    this.members = this.members.filter((one) => one !== member);
    if (events.worker.hasSubscribers) this.#publishEvent(member, 'ended');
    if (this.members.length === 0) this.#sayGone();
    if (member.isReady || member.isRetiring) return undefined;
    this.#failedStarts += 1;
    if (exit.how !== 'not-started' && this.#failedStarts < DESPAIR_LIMIT) return undefined;
    const { name } = this.#settings;
    const what = exit.how === 'not-started' ? `could not be started: ${exit.reason.message}` : endOf(exit);
    return new DuodaoError(
      'broken',
      `Cannot go on with the pool ${name} as its workers end before they can begin: the last one ${what}`,
      { pool: name },
      exit.how === 'not-started' ? { cause: exit.reason } : undefined,
    );
  }

  publish(): void {
    for (const member of this.members) member.caller.publish();
  }

  sleep(wake: () => void): void {
    for (const member of this.members) member.sleep(wake);
  }

  wake(): void {
    for (const member of this.members) member.wake();
  }

  /** Nobody is needed any more: all end, those that do not after a moment by force. */
  dismiss(): void {
    if (this.#isDismissed) return;
    this.#isDismissed = true;
    clearInterval(this.#shrink);
    for (const member of this.members) {
      // One that has not begun need not.
      if (!member.isReady) member.kill();
      else member.retire();
    }
    if (this.members.length === 0) {
      this.#sayGone();
      return;
    }
    const force = setTimeout(() => {
      for (const member of this.members) member.kill();
    }, GRACE_MS);
    void this.untilGone().then(() => clearTimeout(force));
  }

  /** Resolves when there is nobody left. */
  untilGone(): Promise<void> {
    if (this.members.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#ends.add(resolve));
  }

  #sayGone(): void {
    if (this.#isDismissed) this.slicer?.end();
    for (const resolve of this.#ends) resolve();
    this.#ends.clear();
  }

  #publishEvent({ id, pid, done }: Member, what: 'started' | 'ended'): void {
    events.worker.publish({ pool: this.#settings.name, worker: id, pid, what, tasks: done });
  }
}
