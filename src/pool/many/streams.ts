/**
 * The three ways to get what became of many items.
 *
 * @module
 */
import type { Entry, Terms } from '../entry.ts';
import type { PoolFunction } from '../functions.ts';
import { type Items, Many, type Settled } from './many.ts';
import type { ManyOptions, StreamOptions } from '../options.ts';
import type { Shop } from '../shop/shop.ts';

/** One call over many items. */
export interface ManyCall<T> {
  readonly shop: Shop;
  readonly what: PoolFunction;
  readonly items: Items<T>;
  readonly terms: Terms;
}

/** All results in the order of the items; rejects with what the first item that failed was rejected with. */
export async function all<T, R>(call: ManyCall<T>, options: ManyOptions): Promise<R[]> {
  return await call.shop.during(() => untilAll<T, R>(call, options));
}

async function untilAll<T, R>(call: ManyCall<T>, options: ManyOptions): Promise<R[]> {
  const { shop, what, items, terms } = call;
  const { signal } = options;
  signal?.throwIfAborted();
  const results: R[] = [];
  let left = 0;
  let failure: { readonly index: number; readonly reason: unknown } | undefined;
  let onEnd: (() => void) | undefined;
  const many: Many<T> = new Many<T>(
    shop,
    what,
    terms,
    options,
    (_, index, failed, value) => {
      if (!failed) results[index] = value as R;
      else if (!failure || index < failure.index) failure = { index, reason: value };
      left -= 1;
      many.release(1);
      if (left === -many.count) onEnd?.();
    },
    true,
  );
  const onAbort = (): void => many.cancel(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    let broken: { readonly error: unknown } | undefined;
    try {
      await many.feed(items);
    } catch (error) {
      broken = { error };
    }
    if (left !== -many.count) await new Promise<void>((resolve) => (onEnd = resolve));
    signal?.throwIfAborted();
    if (broken) throw broken.error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    many.end();
  }
  if (failure) throw (failure as { readonly reason: unknown }).reason;
  results.length = many.count;
  return results;
}

/** The fate of each item, as they end or in their order. Nobody's failure ends it, but that of the source. */
export async function* fates<T, R>(
  call: ManyCall<T>,
  options: StreamOptions,
): AsyncGenerator<Settled<R>, void> {
  const { shop, what, items, terms } = call;
  const { signal, ordered = true } = options;
  signal?.throwIfAborted();
  /** Those that ended and were not taken away, by their index. */
  const early: Map<number, Settled<R>> = new Map();
  let ready: Settled<R>[] = [];
  let next = 0;
  let wake: (() => void) | undefined;
  let source: 'open' | 'ended' | { readonly error: unknown } = 'open';
  const many: Many<T> = new Many<T>(shop, what, terms, options, (entry, index, failed, value) => {
    const one = fateOf<R>(entry, index, failed, value);
    if (!ordered) ready.push(one);
    else {
      early.set(index, one);
      for (let got = early.get(next); got; got = early.get(next)) {
        early.delete(next++);
        ready.push(got);
      }
    }
    if (ready.length > 0) wake?.();
  });
  const onAbort = (): void => many.cancel(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const fed = many.feed(items).then(
    () => (source = 'ended'),
    (error: unknown) => (source = { error }),
  );
  void fed.then(() => wake?.());
  let given = 0;
  try {
    for (;;) {
      const batch = ready;
      ready = [];
      for (const one of batch) {
        given += 1;
        many.release(1);
        yield one;
      }
      signal?.throwIfAborted();
      if (ready.length > 0) continue;
      if (source !== 'open' && given === many.count) break;
      await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
    }
    if (typeof source === 'object') throw (source as { readonly error: unknown }).error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Who leaves early does not want the rest.
    many.cancel(new DOMException('Nobody takes the results of these items any more', 'AbortError'));
    many.end();
  }
}

/** The results; the first failure ends it. */
export async function* values<T, R>(call: ManyCall<T>, options: StreamOptions): AsyncGenerator<R, void> {
  for await (const { status, value, reason } of fates<T, R>(call, options)) {
    if (status === 'rejected') throw reason;
    yield value as R;
  }
}

/** One shape for all of them, and no copies: there may be millions. */
function fateOf<R>(entry: Entry | undefined, index: number, failed: boolean, value: unknown): Settled<R> {
  const tookMs = entry?.tookMs ?? 0;
  const attempts = entry?.attempts ?? 0;
  const pid = entry?.member?.pid;
  const startedAt = entry && entry.sentAt > 0 ? performance.timeOrigin + entry.sentAt : undefined;
  return failed
    ? { index, status: 'rejected', reason: value, tookMs, attempts, pid, startedAt }
    : { index, status: 'fulfilled', value: value as R, tookMs, attempts, pid, startedAt };
}
