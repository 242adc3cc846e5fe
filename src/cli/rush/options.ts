/**
 * The options of `duodao rush`, and what they mean when left out.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { HOME } from '../../base/index.ts';
import { type Options, parseOptions } from '../args.ts';

const TABLE = {
  sellers: {
    kind: 'whole',
    value: 'N',
    about: 'seller processes (one for each core, 2 to 8)',
    least: 1,
    most: 64,
  },
  trains: { kind: 'text', value: 'FILE', about: 'the stock, JSON (a sample of 24 trains)' },
  orders: { kind: 'text', value: 'FILE', about: 'the orders, NDJSON (a sample of 20,000)' },
  ledger: {
    kind: 'text',
    value: 'FILE',
    about: 'where each answer is written; - is standard output (rush-ledger.ndjson)',
  },
  'no-lock': { kind: 'flag', about: 'sell without the lock, and see it oversell' },
  kill: {
    kind: 'whole',
    value: 'N',
    about: 'kill -9 N random sellers on the way, starting new ones (0)',
    least: 0,
    most: 1000,
  },
  seed: {
    kind: 'whole',
    value: 'N',
    about: 'choose the same victims again (a new one each time)',
    least: 0,
    most: 2 ** 32 - 1,
  },
  check: { kind: 'text', value: 'FILE', about: 'sell nothing; add up this ledger again' },
  json: { kind: 'flag', about: 'print the result as one JSON object' },
} as const satisfies Options;

/** For the help. */
export const RUSH_OPTIONS: Options = TABLE;

export interface RushOptions {
  readonly sellers: number;
  readonly trains: string;
  readonly orders: string;
  readonly ledger: string;
  readonly lock: boolean;
  readonly kills: number;
  /** Undefined: every run chooses anew. */
  readonly seed: number | undefined;
  /** The ledger to check instead of selling. */
  readonly check: string | undefined;
  readonly json: boolean;
}

/**
 * Reads the words after `duodao rush`.
 *
 * @throws UsageError for an option that is unknown or out of its limits.
 */
export function parseRush(words: readonly string[]): RushOptions {
  const given = parseOptions(TABLE, words);
  return {
    sellers: given.sellers ?? Math.min(8, Math.max(2, availableParallelism())),
    trains: given.trains ?? sample('trains.json'),
    orders: given.orders ?? sample('orders.ndjson'),
    ledger: given.ledger ?? 'rush-ledger.ndjson',
    lock: !given['no-lock'],
    kills: given.kill ?? 0,
    seed: given.seed,
    check: given.check,
    json: given.json,
  };
}

/** The sample data of the package. */
function sample(name: string): string {
  return fileURLToPath(new URL(`../examples/data/${name}`, HOME));
}
