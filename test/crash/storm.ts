/**
 * A storm: processes work in turns, and at random moments some of them are killed by SIGKILL and replaced.
 *
 * After each kill the others must go on. How many kills: DUODAO_KILLS, 30 if it is not set. The choices come from
 * DUODAO_SEED, or else from a seed that is printed; the moments within a turn are the machine's.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Process, SharedArray } from '../../src/index.ts';
import { PACE, type Pace } from '../fixtures/crash/pace.ts';
import { type Random, seeded } from '../fixtures/crash/random.ts';
import { until } from '../harness/tree.ts';

/** Turns of all together between two kills. */
const TURNS = 300;
/** Only turns a hang into a failure: 100 ms are promised, of a machine that has a CPU to spare for us. */
const PROGRESS_LIMIT_MS = 10_000;
/** A start on a busy machine. */
const START_LIMIT_MS = 60_000;

export const KILLS: number = Number(process.env['DUODAO_KILLS'] ?? 30);

export interface Worker {
  readonly number: number;
  readonly process: Process;
}

export interface StormOptions {
  readonly kills: number;
  readonly workers: number;
  /** How many kinds of work there are, 1 if left out: work goes on while each kind, `place % roles`, is done by one. */
  readonly roles?: number;
  /** Starts worker `number`; `place` says which of the workers it is, so that a successor can do the same work. */
  start(number: number, place: number, random: Random): Promise<Process>;
  /** Told right before a worker is killed. */
  onKill?(worker: Worker, place: number): void;
}

export class Storm {
  readonly pace: Pace;
  readonly random: Random;
  readonly #options: StormOptions;
  readonly #places: Worker[] = [];
  #started = 0;

  constructor(t: TestContext, options: StormOptions) {
    const seed = Number(process.env['DUODAO_SEED'] ?? randomInt(2 ** 31));
    t.diagnostic(`DUODAO_SEED=${seed} DUODAO_KILLS=${options.kills}`);
    this.random = seeded(seed);
    this.#options = options;
    this.pace = new SharedArray('i32', PACE.workers + numbersIn(options));
  }

  get total(): number {
    return Atomics.load(this.pace.view, PACE.total);
  }

  /** Which promises were broken, by the names of their bits. */
  faults(names: readonly string[]): string[] {
    const bits = Atomics.load(this.pace.view, PACE.faults);
    return names.filter((_, bit) => bits & (1 << bit));
  }

  async #start(place: number): Promise<void> {
    const number = ++this.#started;
    const process = await this.#options.start(number, place, this.random);
    this.#places[place] = { number, process };
  }

  /** Kills until it has killed enough. */
  async run(): Promise<void> {
    const { kills, workers } = this.#options;
    await Promise.all(Array.from({ length: workers }, (_, place) => this.#start(place)));
    await this.#untilWorking(workers);
    for (let killed = 0; killed < kills; ) {
      const atOnce = Math.min(1 + (this.random(4) === 0 ? this.random(workers - 1) : 0), kills - killed);
      Atomics.store(this.pace.view, PACE.goal, this.total + TURNS);
      const moment = this.total + this.random(TURNS / 2);
      await until('the next turn', () => this.total >= moment, PROGRESS_LIMIT_MS);
      await this.#killSome(atOnce);
      killed += atOnce;
    }
    await this.#untilWorking(workers);
  }

  async #killSome(count: number): Promise<void> {
    const places = this.#places.map((_, place) => place);
    const victims = Array.from(
      { length: count },
      () => places.splice(this.random(places.length), 1)[0] as number,
    );
    const others = this.#working(places);
    const before = others.map((place) => this.#turnsAt(place));
    for (const place of victims) {
      const victim = this.#places[place] as Worker;
      this.#options.onKill?.(victim, place);
      victim.process.kill();
    }
    for (const place of victims)
      assert.deepEqual(await this.#places[place]?.process.join(), { how: 'killed', signal: 'SIGKILL' });
    Atomics.add(this.pace.view, PACE.goal, TURNS);
    const wentOn = (): boolean =>
      others.some((place, index) => this.#turnsAt(place) > (before[index] as number));
    if (this.#rolesOf(others) === this.#roles) await until('the others go on', wentOn, PROGRESS_LIMIT_MS);
    await Promise.all(victims.map((place) => this.#start(place)));
    // Some must be left that work: who has only just started proves nothing.
    await this.#untilWorking(Math.max(2, this.#roles));
  }

  async #untilWorking(count: number): Promise<void> {
    const holds = (): boolean => {
      Atomics.store(this.pace.view, PACE.goal, this.total + 10);
      const working = this.#working(this.#places.keys());
      return working.length >= count && this.#rolesOf(working) === this.#roles;
    };
    await until(`${count} of them work`, holds, START_LIMIT_MS);
  }

  get #roles(): number {
    return this.#options.roles ?? 1;
  }

  #rolesOf(places: readonly number[]): number {
    return new Set(places.map((place) => place % this.#roles)).size;
  }

  #working(places: Iterable<number>): number[] {
    return [...places].filter((place) => this.#turnsAt(place) > 0);
  }

  #turnsAt(place: number): number {
    const { number } = this.#places[place] as Worker;
    return Atomics.load(this.pace.view, PACE.workers + number);
  }

  /** Ends the places given, or all, in peace. */
  async stop(places: readonly number[] = this.#places.map((_, place) => place)): Promise<void> {
    Atomics.store(this.pace.view, PACE.stop, 1);
    for (const place of places)
      assert.deepEqual(await this.#places[place]?.process.join(), { how: 'exited', code: 0 });
  }
}

/** How many numbers of workers there will be; they begin at 1. */
export function numbersIn({ kills, workers }: Pick<StormOptions, 'kills' | 'workers'>): number {
  return kills + workers + 1;
}
