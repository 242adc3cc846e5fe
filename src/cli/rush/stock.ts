/**
 * The stock file: which trains run, and how many seats each class has.
 *
 *     [{ "train": "G1", "classes": { "second": { "seats": 1023, "price": 662 } } }, ...]
 *
 * The whole file is checked before anything is sold, and every fault is named with its line, entry and field.
 * Fields we do not know are left alone: the file may say more about a train than the office needs.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { JsonFault, type JsonNode, parseJson } from '../json-source.ts';
import { Faults, fileError, quoted, UsageError } from '../usage-error.ts';

export interface StockClass {
  readonly name: string;
  readonly seats: number;
  readonly price: number;
}

export interface StockTrain {
  readonly train: string;
  readonly classes: readonly StockClass[];
}

export interface Stock {
  readonly trains: readonly StockTrain[];
}

/** No class of a train has more seats: a number beyond this is a slip of the pen. */
export const SEATS_MOST = 1_000_000;

type Fields = ReadonlyMap<string, JsonNode>;

/**
 * Reads and checks the stock file.
 *
 * @throws UsageError naming file, line, entry and field of each fault, or why the file cannot be read.
 */
export async function readStock(path: string): Promise<Stock> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fileError('read', path, cause);
  });
  if (!isUtf8(bytes)) throw new UsageError(`${path} is not UTF-8 text`);
  return parseStock(bytes.toString(), path);
}

/** The same for a text; `path` is only the name to use in messages. */
export function parseStock(text: string, path: string): Stock {
  const faults = new Faults();
  const check = new Check(path, faults);
  const root = parsed(text.replace(/^\uFEFF/, ''), path);
  if (!Array.isArray(root.value)) throw new UsageError(`${path}:${root.line}: must be a list of trains`);
  if (root.value.length === 0) throw new UsageError(`${path}:${root.line}: the list of trains is empty`);
  const trains = (root.value as readonly JsonNode[]).map((node, index) => check.train(node, index + 1));
  faults.throwIfAny();
  return { trains };
}

function parsed(text: string, path: string): JsonNode {
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    throw new UsageError(`${path}:${cause.line}:${cause.column}: is not JSON: ${cause.message}`, { cause });
  }
}

/** Turns nodes into trains. A faulty part is noted and gets a stand-in nobody sees: the file is refused. */
class Check {
  readonly #path: string;
  readonly #faults: Faults;
  readonly #entryOf = new Map<string, number>();

  constructor(path: string, faults: Faults) {
    this.#path = path;
    this.#faults = faults;
  }

  train(node: JsonNode, entry: number): StockTrain {
    const fields = fieldsOf(node);
    if (!fields) {
      this.#fault(node, `entry ${entry}`, 'must be an object', node);
      return { train: '', classes: [] };
    }
    const name = fields.get('train');
    const train = typeof name?.value === 'string' ? name.value : '';
    if (train === '')
      this.#fault(name ?? node, `entry ${entry},`, 'train must be a text that is not empty', name);
    const where = train === '' ? `entry ${entry},` : `entry ${entry} (train ${quoted(train)}),`;
    const before = this.#entryOf.get(train);
    if (before !== undefined && train !== '')
      this.#faults.add(`${this.#path}:${node.line}: ${where} train is already entry ${before}`);
    this.#entryOf.set(train, before ?? entry);
    return { train, classes: this.#classes(fields.get('classes'), node, where) };
  }

  #classes(node: JsonNode | undefined, parent: JsonNode, where: string): StockClass[] {
    const fields = node && fieldsOf(node);
    if (!fields || fields.size === 0) {
      this.#fault(node ?? parent, where, 'classes must be an object with at least one class', node);
      return [];
    }
    return [...fields].map(([name, item]) => this.#class(name, item, where));
  }

  #class(name: string, node: JsonNode, where: string): StockClass {
    const label = /^[\w-]+$/.test(name) ? `classes.${name}` : `classes[${quoted(name)}]`;
    if (name === '') this.#faults.add(`${this.#path}:${node.line}: ${where} a class has an empty name`);
    const fields = fieldsOf(node);
    if (!fields) {
      this.#fault(node, where, `${label} must be an object with seats and price`, node);
      return { name, seats: 0, price: 0 };
    }
    const [seats, price] = [fields.get('seats'), fields.get('price')];
    if (!isSeats(seats?.value)) {
      const tooMany = typeof seats?.value === 'number' && seats.value > SEATS_MOST;
      const wanted = tooMany ? `${SEATS_MOST} at most` : 'a whole number of 0 or more';
      this.#fault(seats ?? node, where, `${label}.seats must be ${wanted}`, seats);
    }
    if (!isPrice(price?.value))
      this.#fault(price ?? node, where, `${label}.price must be a number of 0 or more`, price);
    return { name, seats: Number(seats?.value), price: Number(price?.value) };
  }

  #fault(place: JsonNode, where: string, rule: string, found: JsonNode | undefined): void {
    this.#faults.add(`${this.#path}:${place.line}: ${where} ${rule}: it is ${shown(found)}`);
  }
}

function isSeats(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= SEATS_MOST;
}

function isPrice(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}

function fieldsOf(node: JsonNode): Fields | undefined {
  return node.value instanceof Map ? node.value : undefined;
}

function shown(node: JsonNode | undefined): string {
  if (node === undefined) return 'missing';
  if (node.value instanceof Map) return node.value.size === 0 ? 'an empty object' : 'an object';
  if (Array.isArray(node.value)) return 'a list';
  // A number too big for JavaScript would be quoted as null, which is not what stands in the file.
  return typeof node.value === 'number' ? String(node.value) : quoted(node.value);
}
