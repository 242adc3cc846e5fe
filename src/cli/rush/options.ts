/**
 * The options of `duodao rush`, and what they mean when left out.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { HOME } from '../../base/index.ts';
import { type Given, type Options, parseOptions } from '../args.ts';
import { UsageError } from '../usage-error.ts';
import { type Place, placeOf, timeOf } from './listen/places.ts';

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
  listen: {
    kind: 'text',
    value: '[HOST:]PORT',
    about: 'sell to buyers who connect, until Ctrl-C; 0 finds a port',
  },
  web: { kind: 'text', value: '[HOST:]PORT', about: 'with --listen: a page that shows it, and sells' },
  for: { kind: 'text', value: 'TIME', about: 'with --listen: close after this time, such as 10s' },
  'max-orders': {
    kind: 'whole',
    value: 'N',
    about: 'with --listen: close after so many orders (1,000,000)',
    least: 1,
    most: 10_000_000,
  },
  connect: { kind: 'text', value: '[HOST:]PORT', about: 'buy: send the orders to an office that listens' },
  buyers: {
    kind: 'whole',
    value: 'N',
    about: 'with --connect: how many connections (100)',
    least: 1,
    most: 60_000,
  },
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
  /** Whether `orders` was said: a ledger may name its own. */
  readonly isOrdersGiven: boolean;
  /** Instead of orders from a file: those of buyers who come. */
  readonly listen: ListenOptions | undefined;
  /** Instead of selling: buy. */
  readonly connect: ConnectOptions | undefined;
}

export interface ListenOptions {
  readonly place: Place;
  readonly web: Place | undefined;
  readonly forMs: number | undefined;
  /** Undefined: as many as an office has room for. */
  readonly ordersMost: number | undefined;
}

export interface ConnectOptions {
  readonly place: Place;
  readonly buyers: number;
}

/**
 * Reads the words after `duodao rush`.
 *
 * @throws UsageError for an option that is unknown or out of its limits.
 */
export function parseRush(words: readonly string[]): RushOptions {
  const given = parseOptions(TABLE, words);
  refuseTogether(given);
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
    isOrdersGiven: given.orders !== undefined,
    listen: listenOptions(given),
    connect:
      given.connect === undefined
        ? undefined
        : { place: placeOf('--connect', given.connect), buyers: given.buyers ?? 100 },
  };
}

type Words = Given<typeof TABLE>;

function listenOptions(given: Words): ListenOptions | undefined {
  if (given.listen === undefined) return undefined;
  return {
    place: placeOf('--listen', given.listen),
    web: given.web === undefined ? undefined : placeOf('--web', given.web),
    forMs: given.for === undefined ? undefined : timeOf('--for', given.for),
    ordersMost: given['max-orders'],
  };
}

const OF_SELLING = ['sellers', 'trains', 'ledger', 'no-lock', 'kill', 'seed'] as const;
const OF_LISTENING = ['web', 'for', 'max-orders'] as const;

/** What says nothing beside another is refused: whoever wrote it meant something. */
function refuseTogether(given: Words): void {
  const isGiven = (name: keyof Words): boolean => given[name] !== undefined && given[name] !== false;
  const refuse = (name: keyof Words, why: string): void => {
    if (isGiven(name)) throw new UsageError(`Cannot use --${name} ${why}`);
  };
  const [first, second] = (['check', 'listen', 'connect'] as const).filter(isGiven);
  if (first && second) refuse(second, `with --${first}: one of them`);
  if (!isGiven('listen')) for (const name of OF_LISTENING) refuse(name, 'without --listen');
  if (!isGiven('connect')) refuse('buyers', 'without --connect');
  if (isGiven('connect'))
    for (const name of OF_SELLING) refuse(name, 'with --connect: the office that listens decides that');
  if (isGiven('listen')) refuse('orders', 'with --listen: the orders come from those who connect');
}

/** The sample data of the package. */
function sample(name: string): string {
  return fileURLToPath(new URL(`../examples/data/${name}`, HOME));
}
