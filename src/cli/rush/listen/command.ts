/**
 * `duodao rush --listen`: opens the office, says where, and closes it when it is time.
 *
 * @module
 */
import { randomInt } from 'node:crypto';
import { dictHeader, TcpServer } from '../../../net/index.ts';
import { codeOfEndBy, onInterrupt } from '../../interrupt.ts';
import { ignoreLoss, print } from '../../print.ts';
import { seededRandom } from '../../random.ts';
import { type Audit, auditLedger, auditTexts } from '../audit.ts';
import { Cells } from '../book.ts';
import { Ledger } from '../ledger.ts';
import type { ListenOptions, RushOptions } from '../options.ts';
import { readStock, type Stock } from '../stock.ts';
import { Counter } from './counter.ts';
import { officeResult, officeText } from './end.ts';
import { textOfPlace } from './places.ts';
import { serviceAt } from './service.ts';
import { OfficeView, show } from './show.ts';
import { openWeb, type Web } from './web/web.ts';

/** What an office has room for: what it remembers of so many orders fits into a few hundred megabytes. */
const ORDERS_MOST = 1_000_000;
/** A seller is killed after so many orders, where nobody knows how many there will be. */
const KILL_EVERY = 500;
/** No message of a buyer is longer; see request.ts. */
const HEADER_BYTES = 8 * 1024;
/** All may come at once. */
const BACKLOG = 4096;
/** How often the picture, and the page, hear what is new. */
const NEWS_MS = 100;
const DRAIN_MS = 10_000;

/** Runs the office; returns the exit code. */
export async function listen(
  options: RushOptions,
  { place, web: webPlace, forMs, ordersMost }: ListenOptions,
  out: NodeJS.WritableStream,
): Promise<number> {
  const stock = await readStock(options.trains);
  const counter = counterFor(options, stock, ordersMost);
  const server = new TcpServer({
    ...place,
    handler: serviceAt(counter),
    framing: dictHeader(),
    backlog: BACKLOG,
    maxHeaderBytes: HEADER_BYTES,
    maxMessageBytes: HEADER_BYTES,
    name: 'ticket office',
  });
  // Nobody has to look: an office goes on without.
  ignoreLoss(process.stderr);
  const ledger = await Ledger.open(options.ledger, [options.trains]);
  const interruption = new AbortController();
  let web: Web | undefined;
  let stopListening = (): void => undefined;
  try {
    await server.listen();
    const at = textOfPlace(server.address);
    const view = new OfficeView(counter, at, () => server.stats().active);
    web = webPlace && (await openWeb(webPlace, counter, view));
    process.stderr.write(`rush: listening at ${at}\n`);
    if (web) process.stderr.write(`rush: the page is at http://${textOfPlace(web.place)}/\n`);
    const shown = show(view, options.json);
    stopListening = onInterrupt(interruption, shown.end);
    const news = setInterval(() => {
      shown.progress();
      web?.tellNews();
    }, NEWS_MS);
    const startedMs = performance.now();
    try {
      const selling = counter.run(ledger);
      await untilTime(counter, selling, forMs, interruption.signal);
      counter.close();
      await Promise.all([server.close({ drainMs: DRAIN_MS }), selling]);
      await web?.close();
    } finally {
      clearInterval(news);
      shown.end();
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const found = await checkBooks(stock, counter, ledger);
    const facts = { kills: counter.kills, seconds, lock: options.lock, buyers: server.stats().accepted };
    const text = options.json ? JSON.stringify(officeResult(found, facts)) : officeText(found, facts);
    // The ledger may be standard output: then what is said beside it must not be mixed into it.
    await print(options.ledger === '-' ? process.stderr : out, `${text}\n`);
    const { aborted, reason } = interruption.signal;
    if (aborted) return codeOfEndBy(reason as NodeJS.Signals);
    return found.balanced ? 0 : 1;
  } finally {
    stopListening();
    await server.close({ drainMs: 0 });
    await web?.close();
    await ledger.close();
  }
}

function counterFor(options: RushOptions, stock: Stock, ordersMost: number | undefined): Counter {
  const { sellers, lock, kills, seed } = options;
  return new Counter({
    cells: new Cells(stock),
    ordersMost: ordersMost ?? ORDERS_MOST,
    sellers,
    lock,
    kills,
    killEvery: ordersMost === undefined ? KILL_EVERY : Math.floor(ordersMost / (kills + 1)),
    random: seededRandom(seed ?? randomInt(2 ** 32)),
  });
}

/** Until it is interrupted, has been open for its time, or ends by itself. */
async function untilTime(
  counter: Counter,
  selling: Promise<void>,
  forMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const told = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (forMs !== undefined) timer = setTimeout(resolve, forMs);
    if (signal.aborted) resolve();
  });
  await Promise.race([told, counter.over, selling]).finally(() => clearTimeout(timer));
}

/** The books as they are on disk; of a ledger that cannot be read again, as they were written. */
async function checkBooks(stock: Stock, counter: Counter, ledger: Ledger): Promise<Audit> {
  const { orders } = counter;
  if (ledger.isRegular) return await auditLedger(stock, orders, { ledger: ledger.path });
  return auditTexts(stock, orders, ledger.handedOver, false);
}
