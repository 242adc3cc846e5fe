// Makes the sample for `duodao rush`: 24 trains and 20,000 orders, the same bytes on every machine.
//
// Run it:      node --import tsx examples/data/generate.ts      (Node 24: node examples/data/generate.ts)
// It writes:   trains.json and orders.ndjson, beside this file
//
// The popular trains are asked for several times over, so most of their orders are refused as sold out; the
// slow ones keep seats to the end. A few orders cannot be served at all (a train or class that does not
// exist, zero, negative or half a seat), since real order files have such lines too.
//
// Only whole-number arithmetic decides anything: logarithms and powers may differ between JavaScript engines
// in the last bit, and then the file would differ too.

import { realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the two files hold. */
export interface Sample {
  readonly trains: string;
  readonly orders: string;
}

type Classes = Readonly<Record<string, readonly [seats: number, price: number]>>;

const ORDERS = 20_000;
const SEED = 20_260_101;

// Number, how popular it is, and its classes with seats and a price in yuan, all of the size of real ones.
// The letter of a Chinese train number says what it is, from G (high speed) down to K (fast) and Y (for
// tourists).
const TRAINS: readonly (readonly [train: string, popularity: number, classes: Classes])[] = [
  ['G1', 30, { second: [1031, 662], first: [140, 1060], business: [22, 2318] }],
  ['G2', 26, { second: [1031, 662], first: [140, 1060], business: [22, 2318] }],
  ['G3', 14, { second: [1031, 626], first: [140, 1006], business: [22, 2158] }],
  ['G5', 10, { second: [518, 598], first: [48, 960], business: [10, 2098] }],
  ['G11', 12, { second: [1031, 598], first: [140, 960], business: [22, 2098] }],
  ['G25', 6, { second: [518, 576], first: [48, 930], business: [10, 1998] }],
  ['G79', 16, { second: [1031, 862], first: [140, 1380], business: [22, 2724] }],
  ['G80', 12, { second: [1031, 862], first: [140, 1380], business: [22, 2724] }],
  ['G101', 5, { second: [518, 553], first: [48, 933], business: [10, 1748] }],
  ['G321', 4, { second: [518, 721.5], first: [48, 1152], business: [10, 2264] }],
  ['G1201', 3, { second: [440, 694.5], first: [51, 1151] }],
  ['G7001', 8, { second: [518, 139.5], first: [48, 219.5], business: [10, 429.5] }],
  ['C2001', 6, { second: [488, 54.5], first: [64, 88], business: [10, 174] }],
  ['C2003', 4, { second: [488, 54.5], first: [64, 88], business: [10, 174] }],
  ['D3', 4, { second: [510, 309], first: [51, 495] }],
  ['D301', 9, { second: [110, 318], sleeper: [480, 696] }],
  ['D311', 7, { second: [110, 318], sleeper: [480, 696] }],
  ['D701', 5, { second: [110, 318], sleeper: [480, 615] }],
  ['D2287', 2, { second: [510, 412.5], first: [51, 661] }],
  ['D6333', 1, { second: [510, 83], first: [51, 132] }],
  ['Z19', 3, { 'soft-sleeper': [72, 254.5], 'hard-sleeper': [528, 157.5] }],
  ['T109', 2, { 'soft-sleeper': [36, 476.5], 'hard-sleeper': [462, 304.5], 'hard-seat': [354, 177.5] }],
  ['K1109', 1, { 'hard-sleeper': [330, 249.5], 'hard-seat': [708, 135.5] }],
  ['Y511', 1, { 'hard-seat': [800, 12.5] }],
];

// Orders that have to be refused whatever is left, spread over the file.
const FAULTS: readonly { readonly train?: string; readonly class?: string; readonly seats?: number }[] = [
  { train: 'G9999' },
  { seats: 0 },
  { train: 'D301', class: 'business' },
  { seats: -1 },
  { seats: 1.5 },
  { train: 'g1' },
  { class: 'third' },
  { seats: -5 },
  { train: '' },
  { seats: 0.5 },
  { train: 'K1109', class: 'first' },
  { seats: 0 },
];

const SURNAMES = Array.from('王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗');
const NAMES = Array.from('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰');

/** Makes the sample, from nothing but the tables above. */
export function generate(): Sample {
  const below = dice(SEED);
  const stock = TRAINS.map(([train, , classes]) => ({
    train,
    classes: Object.fromEntries(
      Object.entries(classes).map(([name, [seats, price]]) => [name, { seats, price }]),
    ),
  }));
  const tickets = TRAINS.flatMap((row) => Array.from({ length: row[1] }, () => row));
  const orders: string[] = [];
  for (let id = 1; id <= ORDERS; id++) {
    const [train, , classes] = pick(tickets, below);
    const surname = pick(SURNAMES, below);
    const buyer = surname + pick(NAMES, below) + (below(2) === 0 ? pick(NAMES, below) : '');
    const order = { id, buyer, train, class: pick(seatsByTens(classes), below), seats: pick(PARTY, below) };
    orders.push(JSON.stringify({ ...order, ...faultOf(id) }));
  }
  return { trains: stockText(stock), orders: `${orders.join('\n')}\n` };
}

/** How many people travel together: mostly one or two. */
const PARTY = [1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5] as const;

/** A class once for every ten of its seats, so that big classes are asked for more often. */
function seatsByTens(classes: Classes): string[] {
  return Object.entries(classes).flatMap(([name, [seats]]) =>
    Array.from({ length: Math.ceil(seats / 10) }, () => name),
  );
}

function faultOf(id: number): (typeof FAULTS)[number] | undefined {
  const every = Math.floor(ORDERS / FAULTS.length);
  return id % every === 77 ? FAULTS[Math.floor(id / every)] : undefined;
}

/** As a person would lay it out, one class on each line; it is also what `biome format` leaves alone. */
function stockText(stock: readonly { train: string; classes: object }[]): string {
  const blocks = stock.map(({ train, classes }) => {
    const lines = Object.entries(classes).map(
      ([name, { seats, price }]) => `      "${name}": { "seats": ${seats}, "price": ${price} }`,
    );
    return `  {\n    "train": "${train}",\n    "classes": {\n${lines.join(',\n')}\n    }\n  }`;
  });
  return `[\n${blocks.join(',\n')}\n]\n`;
}

function pick<T>(items: readonly T[], below: (limit: number) => number): T {
  return items[below(items.length)]!;
}

/**
 * Whole numbers from 0 to `limit - 1`, the same for the same seed.
 *
 * Source: Bob Jenkins' small fast generator (JSF32), 2007. The remainder favours small numbers by less than
 * one in a million at the limits used here.
 */
function dice(seed: number): (limit: number) => number {
  let [a, b, c, d] = [0xf1ea5eed, seed, seed, seed];
  const next = (): number => {
    const e = (a - ((b << 27) | (b >>> 5))) | 0;
    a = b ^ ((c << 17) | (c >>> 15));
    b = (c + d) | 0;
    c = (d + e) | 0;
    d = (e + a) | 0;
    return d >>> 0;
  };
  for (let round = 0; round < 20; round++) next();
  return (limit) => next() % limit;
}

const self = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(self)) {
  const { trains, orders } = generate();
  writeFileSync(new URL('trains.json', import.meta.url), trains);
  writeFileSync(new URL('orders.ndjson', import.meta.url), orders);
  console.log(`Wrote ${TRAINS.length} trains and ${ORDERS.toLocaleString('en')} orders`);
}
