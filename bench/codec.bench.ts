/**
 * Question:  what does our codec cost, beside JSON, v8.serialize and structuredClone?
 * Method:    9 rounds over each value, after two rounds thrown away. In a round each way gets its turn of some
 *            thousand values, so that all meet the same noise.
 * Read it:   nanoseconds for one value there and back, in the fastest round; then how many times as long others take.
 * Beware:    JSON loses Map, Date, undefined, -0 and the bytes of views, and is left out where it cannot carry the
 *            value. structuredClone makes no bytes at all.
 */
import { deserialize, serialize } from 'node:v8';
import { decode, encode } from '../src/wire/index.ts';

const ROUNDS = 11;
const WARM_ROUNDS = 2;

const row = (id: number): object => ({
  id,
  name: `seat ${id}`,
  seats: id % 7,
  price: id * 1.25,
  ok: id % 2 === 0,
});
const dictionary: Record<string, number> = {};
for (let index = 0; index < 200; index++) dictionary[`key ${index}`] = index;

interface Sample {
  readonly value: unknown;
  readonly json: boolean;
  readonly count: number;
}

const samples: Record<string, Sample> = {
  'small object, four fields': { value: { id: 7, name: 'x', seats: 2, ok: true }, json: true, count: 50_000 },
  'arguments [1, "two"]': { value: [1, 'two'], json: true, count: 50_000 },
  'nested task': {
    value: {
      id: 12,
      fn: 'resize',
      args: [{ path: '/tmp/a.png', width: 640 }, null],
      meta: { tries: 0, at: 1.7e12 },
    },
    json: true,
    count: 20_000,
  },
  '100 rows of five fields': {
    value: Array.from({ length: 100 }, (_, id) => row(id)),
    json: true,
    count: 500,
  },
  '1000 numbers': { value: Array.from({ length: 1000 }, (_, id) => id * 3), json: true, count: 1000 },
  'dictionary of 200': { value: dictionary, json: true, count: 500 },
  'text, 64 KiB latin1': { value: 'abcdefgh'.repeat(8192), json: true, count: 1000 },
  'text, 1000 Chinese characters': { value: '多道程序'.repeat(250), json: true, count: 5000 },
  'Map of 100': {
    value: new Map(Array.from({ length: 100 }, (_, id) => [`k${id}`, id])),
    json: false,
    count: 1000,
  },
  'Uint8Array, 64 KiB': { value: new Uint8Array(65_536), json: false, count: 2000 },
  'Float64Array, 16 numbers': { value: new Float64Array(16), json: false, count: 10_000 },
  'error with a cause': { value: new Error('no', { cause: new TypeError('why') }), json: false, count: 3000 },
};

let sink: unknown;
const ways: Record<string, (value: unknown) => unknown> = {
  ours: (value) => decode(encode(value).bytes),
  JSON: (value) => JSON.parse(JSON.stringify(value)) as unknown,
  v8: (value) => deserialize(serialize(value)) as unknown,
  structuredClone: (value) => structuredClone(value),
};

/** Nanoseconds for one value there and back, by each way that can carry it. */
function measured({ value, json, count }: Sample): Map<string, number> {
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      if (name === 'JSON' && !json) continue;
      const start = process.hrtime.bigint();
      for (let index = 0; index < count; index++) sink = way(value);
      const spent = Number(process.hrtime.bigint() - start) / count;
      if (round >= WARM_ROUNDS) best.set(name, Math.min(spent, best.get(name) ?? spent));
    }
  }
  return best;
}

for (const [name, sample] of Object.entries(samples)) {
  const [[, ours] = ['', 0], ...others] = measured(sample);
  const ratios = others.map(([way, spent]) => `${way} ×${(spent / ours).toFixed(1)}`);
  console.log(`${name.padEnd(32)}${ours.toFixed(0).padStart(9)} ns   ${ratios.join('   ')}`);
}
if (sink === undefined) console.log('nothing came back');
