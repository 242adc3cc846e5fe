/**
 * A waiting room of a thread that is played: its bell counts, its sleep does what the test says, and the thing that
 * is waited for is a number of items.
 *
 * @module
 */
import { mock } from 'node:test';
import type { WaitSync } from '../../../src/base/index.ts';
import type { Bell } from '../../../src/memory/bell.ts';
import type { Guard } from '../../../src/memory/guard.ts';
import { WAIT_SET_WORDS, WaitSet } from '../../../src/memory/wait-set.ts';
import { SIGN_WORDS, WaitSign } from '../../../src/memory/wait-sign.ts';
import { NOT_YET, type NotYet, WaitingRoom, WaitPoint } from '../../../src/memory/waiting.ts';

const SLOT = 5;
/** Where the things lie, as it were. */
export const THINGS_ADDRESS = 640;

/** Something to wait for: items, each with a number. */
export class Things {
  readonly set: WaitSet = new WaitSet(new Int32Array(WAIT_SET_WORDS + 1), 1, 0);
  readonly point: WaitPoint;
  readonly items: number[] = [];
  readonly #world: WaitingWorld;

  constructor(world: WaitingWorld) {
    this.#world = world;
    const guard = { isFree: true, address: THINGS_ADDRESS } as unknown as Guard;
    this.point = new WaitPoint(world.room, guard, this.set);
  }

  /** Takes `count` items at once, or none. */
  taking(count = 1): (register: boolean) => number[] | NotYet {
    return (register) => {
      if (this.items.length >= count) return this.items.splice(0, count);
      if (register) this.set.add(SLOT);
      return NOT_YET;
    };
  }

  readonly take = (register: boolean): number | NotYet => {
    const taken = this.taking()(register);
    return taken === NOT_YET ? NOT_YET : taken[0]!;
  };

  /** Brings items as another participant does: rings first, then changes. */
  bring(...items: readonly number[]): void {
    this.set.ringAll(this.#world.bellOfOthers);
    this.items.push(...items);
  }

  wait(wait?: Parameters<WaitPoint['wait']>[2]): Promise<number> {
    return this.point.wait('A thing', this.take, wait);
  }

  waitSync(wait?: WaitSync): number {
    return this.point.waitSync('A thing', this.take, wait);
  }
}

export class WaitingWorld {
  readonly room: WaitingRoom;
  /** What was asked of the thread, in order. */
  readonly asked: string[] = [];
  netHits = 0;
  /** What onlookers see of it. */
  readonly sign: Int32Array = new Int32Array(SIGN_WORDS);
  /** Played at each sleep; says how the sleep ends. */
  onSleep: (timeoutMs: number) => 'woken' | 'changed' | 'timed-out' = () => 'timed-out';
  /** Played when the room looks for the dead; says whether there were some. */
  onReap: () => boolean = () => false;
  onWatchDeaths: () => void = () => {};
  #count = 0;

  constructor() {
    const asked = (what: string) => (): void => void this.asked.push(what);
    const count = (): number => this.#count;
    const bell = {
      get count() {
        return count();
      },
      listen: asked('listen'),
      unlisten: asked('unlisten'),
      beginBlocking: asked('block'),
      endBlocking: asked('unblock'),
      sleep: (seen: number, timeoutMs: number) =>
        seen === this.#count ? this.onSleep(timeoutMs) : 'changed',
    };
    this.room = new WaitingRoom({
      bell: bell as unknown as Bell,
      slot: SLOT,
      sign: new WaitSign(this.sign, 0),
      reap: () => this.onReap(),
      watchDeaths: () => this.onWatchDeaths(),
      countNetHit: () => void this.netHits++,
    });
  }

  /** The bell that others ring when they ring us: the event loop hears of it a moment later. */
  get bellOfOthers(): Bell {
    return {
      ring: () => {
        this.#count++;
        queueMicrotask(() => this.room.sweep());
      },
    } as unknown as Bell;
  }
}

/** Lets everything run that is due at once. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Replaces the clock and the timers until the test is over. */
export function stopClock(): { pass(ms: number): void; restore(): void } {
  let now = Math.ceil(performance.now()); // whole, so that sums of what passes are exact
  const clock = mock.method(performance, 'now', () => now);
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  return {
    pass(ms) {
      now += ms;
      mock.timers.tick(ms);
    },
    restore() {
      clock.mock.restore();
      mock.timers.reset();
    },
  };
}
