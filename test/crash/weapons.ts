/**
 * Which fault points (src/base/faults.ts) the workers of a storm are armed with.
 *
 *     DUODAO_POINTS=all            any of them, at random (also if it is not set)
 *     DUODAO_POINTS=queue.put,…    these, by name or number
 *     DUODAO_POINTS=sweep          one after the other, each at hit after hit
 *     DUODAO_POINTS=none           nobody is armed
 *
 * @module
 */
import { type Fault, FAULTS } from '../../src/base/index.ts';
import type { Random } from '../fixtures/crash/random.ts';

export interface Weapon {
  readonly point: Fault;
  readonly hit: number;
  readonly action: 'kill' | 'stop' | 'exit';
}

/** Some points are passed once in a life, others thousands of times in a turn or two. */
const HITS = [1, 1, 2, 3, 5, 10, 30, 100];
/** One in so many is stopped, and killed later. */
const STOPPED = 8;

export class Weapons {
  readonly #random: Random;
  readonly #points: readonly Fault[];
  readonly #sweeps: boolean;
  readonly #struck: Map<Fault, number> = new Map();
  readonly #missed: Map<Fault, number> = new Map();
  readonly #action: 'exit' | undefined;
  #given: number;

  /**
   * @param never - Points that the work does not come to.
   * @param action - How all of them end, if not by SIGKILL, or now and then SIGSTOP.
   * @param first - Where a sweep begins: at the weapon of this number.
   */
  constructor(random: Random, never: RegExp = /^$/, action?: 'exit', first = 0) {
    this.#action = action;
    const wanted = process.env['DUODAO_POINTS'] ?? 'all';
    this.#random = random;
    this.#given = first;
    this.#sweeps = wanted === 'sweep';
    this.#points = pointsOf(wanted).filter((point) => !never.test(point));
  }

  /** The next weapon; undefined if nobody is armed. */
  next(): Weapon | undefined {
    if (this.#points.length === 0) return undefined;
    const index = this.#sweeps ? this.#given % this.#points.length : this.#random(this.#points.length);
    const round = Math.floor(this.#given / this.#points.length);
    const hit = HITS[this.#sweeps ? round % HITS.length : this.#random(HITS.length)] as number;
    this.#given++;
    const action = this.#action ?? (this.#random(STOPPED) === 0 ? 'stop' : 'kill');
    return { point: this.#points[index] as Fault, hit, action };
  }

  /** Starts a process armed: the weapon is in its environment. */
  async with<R>(weapon: Weapon | undefined, start: () => Promise<R>): Promise<R> {
    if (!weapon) return start();
    process.env['DUODAO_FAULT'] = `${weapon.point}:${weapon.hit}:${weapon.action}`;
    try {
      return await start();
    } finally {
      delete process.env['DUODAO_FAULT'];
    }
  }

  /** Notes whether the weapon struck. */
  count({ point }: Pick<Weapon, 'point'>, struck: boolean, times = 1): void {
    const counts = struck ? this.#struck : this.#missed;
    if (times > 0) counts.set(point, (counts.get(point) ?? 0) + times);
  }

  /** How many were struck by each point, and which points nobody came to. */
  toString(): string {
    const struck = [...this.#struck].map(([point, count]) => `${point} ${count}`);
    const missed = [...this.#missed.keys()].filter((point) => !this.#struck.has(point));
    return `struck: ${struck.join(', ') || 'nobody'}; not come to: ${missed.join(', ') || 'none'}`;
  }
}

function pointsOf(wanted: string): readonly Fault[] {
  if (wanted === 'none') return [];
  if (wanted === 'all' || wanted === 'sweep') return FAULTS;
  return wanted.split(',').map((one) => {
    const point = /^\d+$/.test(one) ? FAULTS[Number(one) - 1] : FAULTS.find((name) => name === one);
    if (!point) throw new RangeError(`There is no fault point ${one}: they are ${FAULTS.join(', ')}`);
    return point;
  });
}
