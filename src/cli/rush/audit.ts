/**
 * The independent check: adds up what three files on disk say, and trusts nobody.
 *
 * It shares no memory, no counter and no book with the sellers, and never asks how an order was served; it
 * only asks whether the ledger can be true:
 *
 *   - every order of the order file is answered exactly once, and nothing else is;
 *   - an answer repeats the train, class and seats of its order;
 *   - what was sold could be sold: the class exists, the seats are a whole number of 1 or more;
 *   - sold and left add up to the stock, that is, no class has sold more seats than it had;
 *   - a refusal gives a reason that holds. Seats only ever become fewer, so who was told `sold-out` must have
 *     asked for more than what is left at the end.
 *
 * A line that cannot be read is a problem of the books, not of the check: it is listed, and the rest is read.
 *
 * @module
 */
import { eachLine } from '../lines.ts';
import { quoted } from '../usage-error.ts';
import { type Order, readOrders } from './orders.ts';
import { readStock, type Stock } from './stock.ts';

/** The files to check, and what kind of run they tell of. */
export interface AuditOptions {
  readonly trains: string;
  readonly orders: string;
  readonly ledger: string;
  /** The run was stopped early: orders without an answer are counted, but are no problem. */
  readonly interrupted?: boolean;
}

export interface Audit {
  /** No problem was found. */
  readonly balanced: boolean;
  /** What is wrong, the first {@link PROBLEMS_MOST} sentences of `problemCount`. */
  readonly problems: readonly string[];
  readonly problemCount: number;
  readonly orders: number;
  /** Orders, each counted once. `sold + refused + unanswered` is `orders`. */
  readonly sold: number;
  readonly refused: number;
  readonly unanswered: number;
  /** Seats. Sold counts every sale in the ledger; oversold is what no class had. */
  readonly seatsSold: number;
  readonly seatsLeft: number;
  readonly oversold: number;
}

export const PROBLEMS_MOST = 20;

/**
 * Reads the files and checks the books.
 *
 * @throws UsageError when the stock or order file is malformed, or a file cannot be read.
 */
export async function audit(options: AuditOptions): Promise<Audit> {
  const stock = await readStock(options.trains);
  const orders = await readOrders(options.orders);
  return await auditLedger(stock, orders, options);
}

/**
 * The same when stock and orders are known: those that were taken at a counter have no file.
 *
 * @throws UsageError when the ledger cannot be read.
 */
export async function auditLedger(
  stock: Stock,
  orders: readonly Order[],
  { ledger, interrupted = false }: Pick<AuditOptions, 'ledger' | 'interrupted'>,
): Promise<Audit> {
  const check = new Check(stock, orders);
  await eachLine(ledger, (text, number, ended) => {
    check.line(`${ledger}:${number}`, text, ended);
  });
  return check.result(interrupted);
}

/**
 * Checks the books of a ledger that cannot be read again (a pipe, standard output), from the lines that were written.
 *
 * @throws UsageError when the stock or order file is malformed.
 */
export async function auditLines(
  options: Omit<AuditOptions, 'ledger'> & { readonly lines: readonly string[] },
): Promise<Audit> {
  const { trains, orders, lines, interrupted = false } = options;
  return auditTexts(await readStock(trains), await readOrders(orders), lines, interrupted);
}

/** The same when stock and orders are known. */
export function auditTexts(
  stock: Stock,
  orders: readonly Order[],
  lines: readonly string[],
  interrupted: boolean,
): Audit {
  const check = new Check(stock, orders);
  for (const [index, text] of lines.entries()) check.line(`line ${index + 1}`, text, true);
  return check.result(interrupted);
}

interface Seats {
  readonly stock: number;
  sold: number;
}

interface Refused {
  readonly where: string;
  readonly order: Order;
}

class Check {
  readonly #orderOf: Map<unknown, Order>;
  readonly #answered = new Map<unknown, 'sold' | 'refused'>();
  readonly #seats: ReadonlyMap<string, ReadonlyMap<string, Seats>>;
  readonly #soldOut: Refused[] = [];
  readonly #problems: string[] = [];
  #problemCount = 0;

  constructor(stock: Stock, orders: readonly Order[]) {
    this.#orderOf = new Map(orders.map((order) => [order.id, order]));
    this.#seats = new Map(
      stock.trains.map(({ train, classes }) => [
        train,
        new Map(classes.map(({ name, seats }) => [name, { stock: seats, sold: 0 }])),
      ]),
    );
  }

  line(where: string, text: string | undefined, ended: boolean): void {
    if (!ended) this.#problem(`${where}: the last line is cut short`);
    const entry = objectOf(text);
    if (!entry) {
      if (ended) this.#problem(`${where}: is not a ledger line`);
      return;
    }
    const name = `${where}: order ${quoted(entry['id'])}`;
    const order = this.#orderOf.get(entry['id']);
    const { status } = entry;
    if (!order) return this.#problem(`${name} is not in the order file`);
    if (status !== 'sold' && status !== 'refused')
      return this.#problem(`${name} has no status 'sold' or 'refused': it is ${quoted(status)}`);
    if (this.#answered.has(order.id)) this.#problem(`${name} is answered a second time`);
    this.#answered.set(order.id, status);
    for (const field of ['train', 'class', 'seats'] as const)
      if (entry[field] !== order[field])
        this.#problem(
          `${name} was for ${field} ${quoted(order[field])}, the ledger says ${quoted(entry[field])}`,
        );
    if (!Number.isInteger(entry['seller'])) this.#problem(`${name} does not say which seller answered it`);
    if (status === 'sold') this.#sold(name, order);
    else this.#refused(name, order, entry['reason']);
  }

  result(interrupted: boolean): Audit {
    for (const { where, order } of this.#soldOut) {
      const { stock, sold } = this.#cellOf(order)!;
      if (stock - sold >= order.seats)
        this.#problem(`${where} was told sold-out, but ${stock - sold} seats were left at the end`);
    }
    let [seatsSold, seatsLeft, oversold] = [0, 0, 0];
    for (const [train, classes] of this.#seats)
      for (const [name, { stock, sold }] of classes) {
        seatsSold += sold;
        seatsLeft += Math.max(0, stock - sold);
        oversold += Math.max(0, sold - stock);
        if (sold > stock)
          this.#problem(
            `train ${quoted(train)}, ${name}: ${sold} seats sold of ${stock}, ${sold - stock} too many`,
          );
      }
    const unanswered = this.#orderOf.size - this.#answered.size;
    if (unanswered > 0 && !interrupted) {
      const first = [...this.#orderOf.keys()].find((id) => !this.#answered.has(id));
      this.#problem(`${unanswered} orders were not answered; the first is ${quoted(first)}`);
    }
    const sold = [...this.#answered.values()].filter((status) => status === 'sold').length;
    return {
      balanced: this.#problemCount === 0,
      problems: this.#problems,
      problemCount: this.#problemCount,
      orders: this.#orderOf.size,
      sold,
      refused: this.#answered.size - sold,
      unanswered,
      seatsSold,
      seatsLeft,
      oversold,
    };
  }

  #sold(name: string, order: Order): void {
    const cell = this.#cellOf(order);
    if (!cell) return this.#problem(`${name} was sold a seat that does not exist: ${whereOf(order)}`);
    if (!isSeats(order.seats)) return this.#problem(`${name} was sold ${order.seats} seats`);
    cell.sold += order.seats;
  }

  #refused(name: string, order: Order, reason: unknown): void {
    const isTrain = this.#seats.has(order.train);
    const isClass = this.#cellOf(order) !== undefined;
    const holds =
      (reason === 'unknown-train' && !isTrain) ||
      (reason === 'unknown-class' && isTrain && !isClass) ||
      (reason === 'bad-seats' && isClass && !isSeats(order.seats)) ||
      (reason === 'sold-out' && isClass && isSeats(order.seats));
    if (!holds)
      return this.#problem(`${name} was refused for a reason that does not hold: ${quoted(reason)}`);
    // What is left at the end is not known yet.
    if (reason === 'sold-out') this.#soldOut.push({ where: name, order });
  }

  #cellOf(order: Order): Seats | undefined {
    return this.#seats.get(order.train)?.get(order.class);
  }

  #problem(sentence: string): void {
    this.#problemCount++;
    if (this.#problems.length < PROBLEMS_MOST) this.#problems.push(sentence);
  }
}

function objectOf(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // said by the caller, who knows the line
  }
}

function whereOf(order: Order): string {
  return `train ${quoted(order.train)}, class ${quoted(order.class)}`;
}

function isSeats(seats: number): boolean {
  return Number.isInteger(seats) && seats >= 1;
}
