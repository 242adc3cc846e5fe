/**
 * `duodao rush --connect`: many buyers, who place the orders of a file at an office that listens.
 *
 * All of them come first, and only then the first one buys: so that so many are connected at once, and stay until every
 * order is answered.
 *
 * @module
 */
import { DuodaoError } from '../../../base/index.ts';
import { codeOfEndBy, onInterrupt } from '../../interrupt.ts';
import { ignoreLoss, print } from '../../print.ts';
import { textOfPlace } from '../listen/places.ts';
import type { ConnectOptions, RushOptions } from '../options.ts';
import { readOrders } from '../orders.ts';
import { Buyer } from './buyer.ts';
import { buyersResult, buyersText } from './end.ts';
import { OrderPool } from './pool.ts';
import { Tally } from './tally.ts';

/** How many come at the same time: more would only wait in the kernel of the other side, or be dropped there. */
const COMING_MOST = 200;
const NEWS_MS = 1000;

/** Buys; returns the exit code: 0 when every order was answered. */
export async function buy(
  options: Pick<RushOptions, 'orders' | 'json'>,
  { place, buyers: count }: ConnectOptions,
  out: NodeJS.WritableStream,
): Promise<number> {
  const pool = new OrderPool(await readOrders(options.orders));
  const tally = new Tally();
  const buyers = Array.from({ length: count }, () => new Buyer(place, pool, tally));
  const interruption = new AbortController();
  interruption.signal.addEventListener('abort', () => pool.stop());
  const stopListening = onInterrupt(interruption, () => undefined);
  ignoreLoss(process.stderr);
  const news = setInterval(() => {
    const connected = buyers.filter((buyer) => buyer.isConnected).length;
    if (!options.json && !process.stderr.writableNeedDrain)
      process.stderr.write(`rush: ${connected} buyers, ${pool.done} of ${pool.size} orders answered\n`);
  }, NEWS_MS);
  try {
    await allCome(buyers, pool);
    if (!pool.isOver && !buyers.some((buyer) => buyer.isConnected))
      throw nobodyCame(buyers, textOfPlace(place));
    const startedMs = performance.now();
    await Promise.all(buyers.map((buyer) => buyer.buy()));
    const facts = { buyers: count, seconds: (performance.now() - startedMs) / 1000 };
    const text = options.json
      ? JSON.stringify(buyersResult(pool, tally, facts))
      : buyersText(pool, tally, facts);
    await print(out, `${text}\n`);
    const { aborted, reason } = interruption.signal;
    if (aborted) return codeOfEndBy(reason as NodeJS.Signals);
    return pool.done === pool.size && tally.failed === 0 ? 0 : 1;
  } finally {
    clearInterval(news);
    stopListening();
  }
}

/** Those who cannot come now try again when they buy. */
async function allCome(buyers: readonly Buyer[], pool: OrderPool): Promise<void> {
  let next = 0;
  const oneAfterTheOther = async (): Promise<void> => {
    while (next < buyers.length && !pool.isOver) await buyers[next++]!.come();
  };
  await Promise.all(Array.from({ length: COMING_MOST }, oneAfterTheOther));
}

function nobodyCame([first]: readonly Buyer[], place: string): Error {
  const cause = first?.lastFailure;
  const why = cause instanceof Error ? cause.message : 'it has just closed';
  return new DuodaoError('broken', `Cannot buy at ${place}: ${why}`, { place }, { cause });
}
