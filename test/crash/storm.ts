/**
 * A storm: processes work in turns, and at random moments some of them are killed by SIGKILL and replaced.
 *
 * After each kill the others must go on. How many kills: DUODAO_KILLS, 20 if it is not set. The choices come from
 * DUODAO_SEED, or else from a seed that is printed; the moments within a turn are the machine's.
 *
 * A successor is armed (weapons.ts): it ends by itself at some hit of a fault point in the middle of our own code.
 * If it does not come there, it is killed like the others.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Process, SharedArray } from '../../src/index.ts';
import { PACE, type Pace } from '../fixtures/crash/pace.ts';
import { type Random, seeded } from '../fixtures/crash/random.ts';
import { stateLetterOf } from '../../src/platform/index.ts';
import { until } from '../harness/tree.ts';
import { Waker } from './waker.ts';
import { type Weapon, Weapons } from './weapons.ts';

/** Turns of all together between two kills. */
const TURNS = 300;
/** Only turns a hang into a failure: 100 ms are promised, of a machine that has a CPU to spare for us. */
const PROGRESS_LIMIT_MS = 10_000;
/** A start on a busy machine. */
const START_LIMIT_MS = 20_000;
/** Turns in which an armed one has to come to its fault point. */
const ARMED_TURNS = 100;

export const KILLS: number = Number(process.env['DUODAO_KILLS'] ?? 20);

export interface Worker {
  readonly number: number;
  readonly process: Process;
  /** Where it ends by itself, if it is armed. */
  readonly weapon?: Weapon | undefined;
}

export interface StormOptions {
  readonly kills: number;
  readonly workers: number;
  /** Fault points that the work never comes to. */
  readonly never?: RegExp;
  /**
   * How many kinds of work there are, 1 if left out: work goes on while each kind, `place % roles`, is done by one.
   */
  readonly roles?: number;
  /** Where the turns are counted; its own if left out. */
  readonly pace?: Pace;
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
  readonly #weapons: Weapons;
  readonly #waker: Waker;
  readonly #diagnose: (message: string) => void;
  #started = 0;

  constructor(t: TestContext, options: StormOptions) {
    const seed = Number(process.env['DUODAO_SEED'] ?? randomInt(2 ** 31));
    t.diagnostic(`DUODAO_SEED=${seed} DUODAO_KILLS=${options.kills}`);
    this.random = seeded(seed);
    this.#weapons = new Weapons(this.random, options.never);
    this.#waker = new Waker(options.workers);
    this.#diagnose = (message) => t.diagnostic(message);
    this.#options = options;
    this.pace = options.pace ?? new SharedArray('i32', PACE.workers + numbersIn(options));
  }

  get total(): number {
    return Atomics.load(this.pace.view, PACE.total);
  }

  /** Which promises were broken, by the names of their bits. */
  faults(names: readonly string[]): string[] {
    const bits = Atomics.load(this.pace.view, PACE.faults);
    return names.filter((_, bit) => bits & (1 << bit));
  }

  async #start(place: number, weapon?: Weapon): Promise<void> {
    const number = ++this.#started;
    const process = await this.#weapons.with(weapon, () => this.#options.start(number, place, this.random));
    this.#waker.watch(place, process.pid);
    this.#places[place] = { number, process, weapon };
  }

  /** Kills until it has killed enough. */
  async run(): Promise<void> {
    try {
      await this.#run();
    } finally {
      await this.#waker.end();
    }
  }

  async #run(): Promise<void> {
    const { kills, workers } = this.#options;
    await Promise.all(Array.from({ length: workers }, (_, place) => this.#start(place)));
    await this.#untilWorking(workers);
    for (let killed = 0; killed < kills; ) {
      await this.#replaceDone();
      const atOnce = Math.min(1 + (this.random(4) === 0 ? this.random(workers - 1) : 0), kills - killed);
      Atomics.store(this.pace.view, PACE.goal, this.total + TURNS);
      const moment = this.total + this.random(TURNS / 2);
      await until('the next turn', () => this.total >= moment, PROGRESS_LIMIT_MS);
      await this.#killSome(atOnce);
      killed += atOnce;
    }
    // The last successors are armed, too: peace comes with others.
    for (const place of this.#armed()) {
      await this.#end(this.#places[place] as Worker, place);
      await this.#start(place);
    }
    await this.#untilWorking(workers);
    this.#diagnose(this.#weapons.toString());
  }

  /** Replaces those who have come to the end of their work. */
  async #replaceDone(): Promise<void> {
    for (const [place, { process, weapon }] of this.#places.entries()) {
      if (weapon || process.isAlive) continue;
      assert.deepEqual(await process.join(), { how: 'exited', code: 0 });
      await this.#start(place);
    }
  }

  #isSomebodyDone(): boolean {
    return this.#places.some(({ process, weapon }) => !weapon && !process.isAlive);
  }

  #armed(): number[] {
    return [...this.#places.keys()].filter((place) => this.#places[place]?.weapon);
  }

  /** Ends a worker: it ends by itself if it is armed and comes to its fault point; else it is killed. */
  async #end(worker: Worker, place: number): Promise<void> {
    const { process, weapon } = worker;
    if (weapon) {
      const { total } = this;
      let looks = 0;
      const isOver = (): boolean => {
        const turns = this.#turnsAt(place);
        // Until it has begun, the others only have to be there.
        if (looks++ % 8 === 0) Atomics.store(this.pace.view, PACE.goal, this.total + (turns > 0 ? 100 : 10));
        // Who has no work left may be the one that the armed one works with.
        return !process.isAlive || turns > ARMED_TURNS || this.#isSomebodyDone();
      };
      await until(
        () => `the armed one ends or works (${this.total - total} turns of ${this.toString()})`,
        isOver,
        START_LIMIT_MS,
      );
      if (weapon.action === 'kill') this.#weapons.count(weapon, !process.isAlive);
    }
    this.#options.onKill?.(worker, place);
    if (process.isAlive) process.kill();
    const exit = await process.join();
    const stops = this.#waker.taken(place);
    if (weapon?.action === 'stop') this.#weapons.count(weapon, stops > 0);
    // It may have come to the end of its work before.
    const isDone = exit.how === 'exited' && exit.code === 0;
    if (!isDone) assert.deepEqual(exit, { how: 'killed', signal: 'SIGKILL' });
  }

  async #killSome(count: number): Promise<void> {
    const places = this.#places.map((_, place) => place);
    const armed = this.#armed();
    const victims = Array.from({ length: count }, () => {
      const next = armed.pop() ?? places[this.random(places.length)] ?? 0;
      return places.splice(places.indexOf(next), 1)[0] as number;
    });
    const others = this.#working(places.filter((place) => !this.#places[place]?.weapon));
    const before = others.map((place) => this.#turnsAt(place));
    // The armed ones first: until they have come to their points, others must be there to work with.
    for (const isArmed of [true, false]) {
      const some = victims.filter((place) => (this.#places[place]?.weapon !== undefined) === isArmed);
      await Promise.all(some.map((place) => this.#end(this.#places[place] as Worker, place)));
    }
    Atomics.add(this.pace.view, PACE.goal, TURNS);
    const wentOn = (): boolean =>
      others.some((place, index) => this.#turnsAt(place) > (before[index] as number));
    if (this.#rolesOf(others) === this.#roles) await until('the others go on', wentOn, PROGRESS_LIMIT_MS);
    // Some must be left that work, and are not armed: who has only just started proves nothing.
    const plain = places.filter((place) => !this.#places[place]?.weapon);
    const least = Math.max(2, this.#roles);
    for (const place of victims) {
      const isEnough = plain.length >= least && this.#rolesOf(plain) === this.#roles;
      if (!isEnough) plain.push(place);
      await this.#start(place, isEnough ? this.#weapons.next() : undefined);
    }
    await this.#untilWorking(least);
  }

  async #untilWorking(count: number): Promise<void> {
    const holds = (): boolean => {
      Atomics.store(this.pace.view, PACE.goal, this.total + 10);
      const plain = [...this.#places.keys()].filter((place) => !this.#places[place]?.weapon);
      const working = this.#working(plain);
      return working.length >= count && this.#rolesOf(working) === this.#roles;
    };
    await until(`${count} work that are not armed`, holds, START_LIMIT_MS);
  }

  /** What becomes of each worker, for the message of a failure. */
  toString(): string {
    const workers = this.#places.map(({ number, process, weapon }, place) => {
      const state = process.isAlive ? stateLetterOf(process.pid as number) : `ended ${process.exitCode}`;
      const armed = weapon ? ` ${weapon.point}:${weapon.hit}:${weapon.action}` : '';
      return `${number} (${state}, ${this.#turnsAt(place)} turns${armed})`;
    });
    return workers.join(', ');
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
  return 2 * (kills + workers) + 1; // some come to the end of their work, and the last ones are replaced
}
