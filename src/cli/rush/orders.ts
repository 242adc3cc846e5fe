/**
 * The order file: one order on each line, in the order in which the buyers came.
 *
 *     {"id":1,"buyer":"Wang Wei","train":"G1","class":"second","seats":2}
 *
 * Two kinds of wrong are kept apart. A line that is not an order at all (no JSON, a field missing or of
 * another type, an id used twice) makes the whole file malformed: nothing is sold, since we could not say in
 * the ledger what was asked for. An order that can be read but not served (an unknown train, no seats, half
 * a seat) is an order like any other, and is answered: refused, with a reason. See `book.ts`.
 *
 * The file is read in blocks; only the orders are kept, not the text.
 *
 * @module
 */
import { JsonFault, parseJson } from '../json-source.ts';
import { eachLine } from '../lines.ts';
import { Faults, quoted } from '../usage-error.ts';

/** What one buyer asked for. `seats` may be any finite number: what can be served is not decided here. */
export interface Order {
  readonly id: string | number;
  readonly buyer: string;
  readonly train: string;
  readonly class: string;
  readonly seats: number;
}

/**
 * Reads and checks the whole order file.
 *
 * Blank lines are skipped. An id is a text or a whole number, and 7 and "7" are two ids.
 *
 * @throws UsageError naming file, line and field of each fault, or why the file cannot be read.
 */
export async function readOrders(path: string): Promise<Order[]> {
  const faults = new Faults();
  const orders: Order[] = [];
  const lineOfId = new Map<string | number, number>();
  await eachLine(path, (text, number) => {
    const before = `${path}:${number}:`;
    if (text === undefined) return faults.add(`${before} is not UTF-8 text`);
    if (text.trim() === '') return undefined;
    const order = parseOrder(text, (fault) => faults.add(`${before} ${fault}`));
    if (!order) return undefined;
    const firstLine = lineOfId.get(order.id);
    if (firstLine !== undefined)
      return faults.add(`${before} id ${quoted(order.id)} is already on line ${firstLine}`);
    lineOfId.set(order.id, number);
    orders.push(order);
    return undefined;
  });
  faults.throwIfAny();
  return orders;
}

/** Reads one line; tells `fault` what is wrong and returns undefined when it is no order. */
function parseOrder(text: string, fault: (sentence: string) => void): Order | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's message often leaves out the place; reading it again, slowly, finds it.
    fault(`is not JSON: ${placeOfFault(text)}`);
    return undefined;
  }
  return orderFrom(value, fault);
}

/** Reads what was JSON; tells `fault` what is wrong and returns undefined when it is no order. */
export function orderFrom(value: unknown, fault: (sentence: string) => void): Order | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fault(`must be an object: it is ${quoted(value)}`);
    return undefined;
  }
  const { id, buyer, train, class: name, seats } = value as Record<string, unknown>;
  let sound = true;
  const expect = (holds: boolean, field: string, rule: string, found: unknown): void => {
    if (holds) return;
    sound = false;
    fault(`${field} must be ${rule}: it is ${typeof found === 'number' ? found : quoted(found)}`);
  };
  // A bigger number has already lost digits, and the ledger must repeat the id exactly.
  expect(typeof id === 'string' || Number.isSafeInteger(id), 'id', 'a text or a whole number below 2^53', id);
  expect(typeof buyer === 'string', 'buyer', 'a text', buyer);
  expect(typeof train === 'string', 'train', 'a text', train);
  expect(typeof name === 'string', 'class', 'a text', name);
  expect(Number.isFinite(seats), 'seats', 'a number', seats);
  return sound ? ({ id, buyer, train, class: name, seats } as Order) : undefined;
}

function placeOfFault(text: string): string {
  try {
    parseJson(text);
  } catch (cause) {
    if (cause instanceof JsonFault) return `${cause.message} at column ${cause.column}`;
    throw cause;
  }
  return 'it cannot be read';
}
