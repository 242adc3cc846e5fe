/**
 * A clock that is finer than a millisecond and stays with the system's.
 *
 * `Date.now()` is right but tells whole milliseconds, rounded down. `process.hrtime` is fine but counts from nowhere,
 * and `performance.timeOrigin` joins the two once, at the start of the process: it was 0.4 to 0.9 ms beside the
 * system's clock, and further when that one had been set since. So the two are joined again at each reading:
 *
 *     the system's clock − hrtime    lies in [ms − after, ms + 1 ms − before], hrtime being read before and after
 *
 * What all readings together allow is much narrower than a millisecond. It is made wider as time goes by, by the most
 * that a clock is trimmed; and when a reading contradicts it, the clock was set, and it begins again with that reading.
 *
 * No reading lowers the upper bound by more than the time since the one before, and so the middle of the two by more
 * than about half of it: what is told does not go backwards, unless the clock was set back.
 *
 * @module
 */

const NS_PER_MS = 1_000_000n;
/** Parts per million by which the system's clock may run faster or slower than hrtime: what a kernel trims at most. */
const TRIMMED_PPM = 500n;
/** How long the first look may take: a millisecond must end in it. */
const FIRST_LOOK_NS = 3n * NS_PER_MS;
const FINE_NS = 20_000n;

/** What a clock reads: the system's time in whole milliseconds since 1970, and nanoseconds that only go forward. */
export interface Hands {
  readonly wallMs: () => number;
  readonly steadyNs: () => bigint;
}

const HANDS: Hands = { wallMs: () => Date.now(), steadyNs: () => process.hrtime.bigint() };

/** Tells nanoseconds since 1970. */
export class Clock {
  readonly #hands: Hands;
  readonly #aheadNs: bigint;
  /** Between these lies the system's clock − hrtime, as of `#seenNs`. */
  #least = 0n;
  #most = 0n;
  #seenNs = 0n;

  /** @param aheadSeconds - How far it runs ahead of the system's clock, for demonstration. Negative is behind. */
  constructor({ aheadSeconds = 0, hands = HANDS }: { aheadSeconds?: number; hands?: Hands } = {}) {
    this.#hands = hands;
    this.#aheadNs = BigInt(Math.round(aheadSeconds * 1e9));
    this.#hold();
    const until = this.#seenNs + FIRST_LOOK_NS;
    while (this.errorNs > FINE_NS && this.#seenNs < until) this.#look();
  }

  /** Nanoseconds since 1970. */
  now(): bigint {
    this.#look();
    return this.#seenNs + (this.#least + this.#most) / 2n + this.#aheadNs;
  }

  /** How far it may be beside the system's clock at its last reading, in nanoseconds. */
  get errorNs(): bigint {
    return (this.#most - this.#least + 1n) / 2n;
  }

  #read(): { readonly least: bigint; readonly most: bigint; readonly seenNs: bigint } {
    const before = this.#hands.steadyNs();
    const wallNs = BigInt(this.#hands.wallMs()) * NS_PER_MS;
    const after = this.#hands.steadyNs();
    return { least: wallNs - after, most: wallNs + NS_PER_MS - before, seenNs: after };
  }

  #hold(reading = this.#read()): void {
    this.#least = reading.least;
    this.#most = reading.most;
    this.#seenNs = reading.seenNs;
  }

  #look(): void {
    const reading = this.#read();
    const trimmed = ((reading.seenNs - this.#seenNs) * TRIMMED_PPM) / 1_000_000n;
    const least = larger(this.#least - trimmed, reading.least);
    const most = smaller(this.#most + trimmed, reading.most);
    this.#hold(least <= most ? { least, most, seenNs: reading.seenNs } : reading);
  }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
