/**
 * Looks after tasks that run: whether one runs for too long, whether one that is to be given up has ended, whether some
 * stand behind one that turned out to be long.
 *
 * A task is given up politely if it looks at its signal, and by force if it does not, or not soon enough. That nobody
 * else is hurt: what the worker has not begun is taken back before it is killed, and it gets nothing new meanwhile.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { Crew } from '../crew/crew.ts';
import type { Entry } from '../entry.ts';
import type { Member } from '../crew/member.ts';

const LOOK_MS = 5;
/** How long a task may take to end by itself that knows of its signal. */
export const GIVE_UP_MS = 1_000;
/** A task that runs for longer than this stands in the way of those behind it. */
const LONG_MS = 3;

export interface WatchEars {
  /** Tasks that their worker had not begun. */
  back(entries: readonly Entry[]): void;
  settle(entry: Entry, state: 'failed' | 'cancelled', reason: unknown): void;
}

export class Watch {
  readonly #crew: Crew;
  readonly #ears: WatchEars;
  readonly #givenUp: Map<Entry, Member> = new Map();
  #timer: NodeJS.Timeout | undefined;

  constructor(crew: Crew, ears: WatchEars) {
    this.#crew = crew;
    this.#ears = ears;
  }

  /** A worker has been given a task. */
  given(member: Member, entry: Entry): void {
    if (entry.timeoutMs !== undefined || member.load > 1) this.#look();
  }

  forget(entry: Entry): void {
    const member = this.#givenUp.get(entry);
    if (!member) return;
    this.#givenUp.delete(entry);
    member.isHeld = false;
  }

  #look(): void {
    this.#timer ??= setInterval(() => this.#tick(), LOOK_MS).unref();
  }

  #tick(): void {
    let busy = this.#givenUp.size > 0;
    const isSomeoneFree = this.#crew.members.some((member) => member.isOpen && member.load === 0);
    for (const member of this.#crew.members) {
      if (member.load === 0) continue;
      busy = true;
      const ranMs = member.ranMs ?? 0;
      const { current } = member;
      if (current?.timeoutMs !== undefined && ranMs > current.timeoutMs && !current.verdict)
        this.giveUp(member, current, 'failed', timedOut(current, current.timeoutMs));
      else if (member.load > 1 && isSomeoneFree && ranMs > LONG_MS) this.#ears.back(member.takeBack());
    }
    const now = performance.now();
    for (const [entry, member] of this.#givenUp) {
      if (entry.verdict && now >= entry.verdict.killAt) this.#end(entry, member);
    }
    if (busy) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Has a task end that was given to a worker. */
  giveUp(member: Member, entry: Entry, state: 'failed' | 'cancelled', reason: unknown): void {
    member.read(); // it may have ended
    if (entry.isSettled || entry.member !== member || entry.verdict) return;
    if (!member.entries.includes(entry)) {
      this.#ears.settle(entry, state, reason); // only its result has to be loaded: the worker is done with it
      return;
    }
    const back = member.takeBack();
    this.#ears.back(back.filter((one) => one !== entry));
    if (back.includes(entry)) {
      this.#ears.settle(entry, state, reason);
      return;
    }
    const isPolite = member.caller.isCooperative;
    entry.verdict = { state, reason, killAt: performance.now() + (isPolite ? GIVE_UP_MS : 0) };
    member.isHeld = true;
    this.#givenUp.set(entry, member);
    if (isPolite) {
      member.caller.abort();
      this.#look();
    } else this.#end(entry, member);
  }

  #end(entry: Entry, member: Member): void {
    member.read();
    if (!entry.isSettled && entry.verdict) member.kill();
  }
}

/**
 * How long a task may run; without a limit if undefined.
 *
 * @throws What its function throws when it is asked, and RangeError for what is no limit.
 */
export function limitOf({ terms }: Entry, limit: number | undefined): number | undefined {
  const { taskTimeoutMs } = terms;
  if (typeof taskTimeoutMs !== 'function') return taskTimeoutMs ?? limit;
  const asked = taskTimeoutMs() ?? limit;
  if (asked === undefined || asked > 0) return asked;
  throw new RangeError(
    `Cannot run a task as its taskTimeoutMs must be more than 0: current value is ${String(asked)}`,
  );
}

function timedOut(entry: Entry, timeoutMs: number): DuodaoError {
  return new DuodaoError(
    'timed-out',
    `Cannot give the result of the task ${entry.name} as it ran for longer than ${timeoutMs} ms`,
    { task: entry.name, taskId: entry.id, timeoutMs },
  );
}
