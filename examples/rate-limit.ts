/**
 * How often somebody may ask: a bucket of tokens for each of them, in a table that does not grow without end.
 *
 * A question takes a token; tokens come back at a steady rate, up to what the bucket holds. The table keeps those who
 * asked last, `mostKeys` of them: whoever forges a million addresses gets no more memory than that, and only has others
 * forgotten, which gives them a full bucket.
 *
 * @module
 */

export interface RateLimits {
  /** How many may come at once. */
  readonly burst: number;
  /** How many come back in a second. */
  readonly perSecond: number;
  /** How many askers are remembered. */
  readonly mostKeys?: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
  /** When it was last told that it asks too often. */
  toldMs: number;
}

/** `ok`: answer. `tell`: too often, and it has not been told so for a second. `silent`: too often. */
export type Verdict = 'ok' | 'tell' | 'silent';

const TELL_EVERY_MS = 1000;

export class RateLimit {
  readonly #limits: Required<RateLimits>;
  /** In the order in which they asked last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor({ burst, perSecond, mostKeys = 4096 }: RateLimits) {
    this.#limits = { burst, perSecond, mostKeys };
  }

  /** How many are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Whether this one may ask now. `nowMs` is any clock that only goes forward. */
  ask(key: string, nowMs: number): Verdict {
    const { burst, perSecond, mostKeys } = this.#limits;
    const old = this.#buckets.get(key);
    const bucket = old ?? { tokens: burst, atMs: nowMs, toldMs: Number.NEGATIVE_INFINITY };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > mostKeys) this.#buckets.delete(this.#buckets.keys().next().value as string);

    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond);
    bucket.atMs = nowMs;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 'ok';
    }
    if (nowMs - bucket.toldMs < TELL_EVERY_MS) return 'silent';
    bucket.toldMs = nowMs;
    return 'tell';
  }
}
