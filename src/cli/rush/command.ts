/**
 * `duodao rush`: parse, call, print.
 *
 * @module
 */
import { randomInt } from 'node:crypto';
import { codeOfEndBy, onInterrupt } from '../interrupt.ts';
import { ignoreLoss, print } from '../print.ts';
import { seededRandom } from '../random.ts';
import { type Audit, audit, auditLines } from './audit.ts';
import { prepare } from './book.ts';
import { check } from './check.ts';
import { Ledger } from './ledger.ts';
import { Office } from './office.ts';
import { parseRush, type RushOptions } from './options.ts';
import { readOrders } from './orders.ts';
import { canRedraw, PlainLines, Screen } from './screen.ts';
import { readStock } from './stock.ts';
import { resultOf, summaryText } from './summary.ts';
import { frame } from './view.ts';

/** Runs the command with the words after its name; returns the exit code. */
export async function rush(words: readonly string[], out: NodeJS.WritableStream): Promise<number> {
  const options = parseRush(words);
  if (options.check !== undefined) return await check(options, options.check, out);
  if (options.listen) return await (await import('./listen/command.ts')).listen(options, options.listen, out);
  if (options.connect) return await (await import('./buyers/command.ts')).buy(options, options.connect, out);
  const stock = await readStock(options.trains);
  const orders = await readOrders(options.orders);
  const book = prepare(stock, orders);
  const interruption = new AbortController();
  const shown = { progress: (): void => {}, end: (): void => {} };
  const office = new Office({
    orders,
    book,
    sellers: options.sellers,
    lock: options.lock,
    kills: options.kills,
    random: seededRandom(options.seed ?? randomInt(2 ** 32)),
    signal: interruption.signal,
    onProgress: () => shown.progress(),
  });
  // After the office, which may find no room for itself: an old ledger is not given up for a run that cannot be.
  const ledger = await Ledger.open(options.ledger, [options.trains, options.orders]);
  Object.assign(shown, show(office, options));
  const stopListening = onInterrupt(interruption, shown.end);
  try {
    const startedMs = performance.now();
    await office.run(ledger).finally(shown.end);
    const seconds = (performance.now() - startedMs) / 1000;
    const { aborted: interrupted, reason: signal } = interruption.signal;
    const found = await checkBooks(options, ledger, interrupted);
    const facts = { kills: office.kills, seconds, lock: options.lock, interrupted };
    const text = options.json ? JSON.stringify(resultOf(found, facts)) : summaryText(found, facts);
    // The ledger may be standard output: then what is said beside it must not be mixed into it.
    await print(options.ledger === '-' ? process.stderr : out, `${text}\n`);
    if (interrupted) return codeOfEndBy(signal as NodeJS.Signals);
    return found.balanced ? 0 : 1;
  } finally {
    stopListening();
    await ledger.close();
  }
}

/** The books as they are on disk; of a ledger that cannot be read again, as they were written. */
async function checkBooks(options: RushOptions, ledger: Ledger, interrupted: boolean): Promise<Audit> {
  const { trains, orders } = options;
  if (ledger.isRegular) return await audit({ trains, orders, ledger: options.ledger, interrupted });
  return await auditLines({ trains, orders, lines: ledger.handedOver, interrupted });
}

/** Shows the run on standard error: a picture on a terminal, plain lines elsewhere, nothing with --json on a pipe. */
function show(office: Office, options: RushOptions): { progress: () => void; end: () => void } {
  // Nobody has to look: a run goes on without.
  ignoreLoss(process.stderr);
  if (canRedraw(process.stderr, process.env)) {
    const screen = new Screen(process.stderr, (size) => frame(office.snapshot(), size));
    return { progress: () => screen.refresh(), end: () => screen.close() };
  }
  if (options.json) return { progress: () => {}, end: () => {} };
  const lines = new PlainLines(process.stderr);
  return { progress: () => lines.refresh(office.snapshot()), end: () => lines.close(office.snapshot()) };
}
