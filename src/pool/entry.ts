/**
 * A task as the pool keeps it, from the call to the moment when it is settled. It is settled once.
 *
 * @module
 */
import type { Load } from '../ipc/index.ts';
import type { Job } from '../schedule/index.ts';
import type { PoolFunction } from './functions.ts';
import type { Member } from './crew/member.ts';

export type EntryState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** Who wants to know how a task ends. */
export interface Client {
  /** Whether its tasks are taken in also when the pool has been closed: it was called before. */
  readonly isHeld?: boolean;
  /** `failed`: then the value is the reason. */
  settled(entry: Entry, failed: boolean, value: unknown): void;
  said?(entry: Entry, isPart: boolean, value: unknown): void;
}

/** What a task is allowed. */
export interface Terms {
  readonly priority: number;
  readonly expectedMs: number | undefined;
  readonly taskTimeoutMs: number | (() => number | undefined) | undefined;
  readonly retries: number;
  /** As many of its kind as may be given to a worker at once, however long they take; 0: by how long they take. */
  readonly chunk: number;
  readonly name: string | undefined;
}

export class Entry implements Job {
  readonly id: number;
  readonly what: PoolFunction;
  readonly load: Load;
  /** The arguments, so that whatever they refer to stays where it is until the worker has it. */
  readonly args: readonly unknown[];
  readonly terms: Terms;
  readonly client: Client;
  /** The place among others of the same call; −1 if it is alone. */
  readonly index: number;
  readonly arrival: number;
  /** What it was believed to take when it came: it must not change while a policy has put it in order by that. */
  readonly expected: number | undefined;
  state: EntryState = 'queued';
  /** How often a worker was given it and has begun. */
  attempts = 0;
  /** Workers that ended while they had it. */
  deaths = 0;
  member: Member | undefined;
  /** When it was sent to its worker, on the clock of this process. */
  sentAt = 0;
  /** What it was believed to take when it was sent. */
  estimateMs = 0;
  tookMs = 0;
  /** Why it is being given up, and since when; then whatever its worker says does not count. */
  verdict:
    | { readonly reason: unknown; readonly killAt: number; readonly state: 'failed' | 'cancelled' }
    | undefined;
  timeoutMs: number | undefined;
  used = 0;

  constructor(
    id: number,
    what: PoolFunction,
    load: Load,
    args: readonly unknown[],
    terms: Terms,
    client: Client,
    index: number,
    arrival: number,
  ) {
    this.id = id;
    this.what = what;
    this.load = load;
    this.args = args;
    this.terms = terms;
    this.client = client;
    this.index = index;
    this.arrival = arrival;
    this.expected = terms.expectedMs ?? what.expectedMs;
  }

  get name(): string {
    return this.terms.name ?? this.what.name;
  }

  get priority(): number {
    return this.terms.priority;
  }

  /** What it is believed to take by what is known now. */
  get estimate(): number | undefined {
    return this.terms.expectedMs ?? this.what.expectedMs;
  }

  get usedInBurst(): number {
    return this.used;
  }

  get isSettled(): boolean {
    return this.state === 'done' || this.state === 'failed' || this.state === 'cancelled';
  }
}
