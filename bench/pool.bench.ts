/**
 * Question:  what does a task cost in a pool of two: one after the other, and 20,000 at once? And one item of map()?
 * Method:    every pool in a process of its own, in turn, five rounds after one thrown away; the tasks do nothing. Ours
 *            is the package as it is built. CPU is that of all processes and threads of the pool, its caller included.
 * Read it:   ratio to piscina (Node.js), to Pool.apply and Pool.map(chunksize=64) (Python): how many times as fast.
 * Beware:    ours looks for what comes next for up to a millisecond before it sleeps, so see the CPU beside the time,
 * the
 *            CPU of a pool with nothing to do, and how long a task of 1 ms takes in the middle of a burst (one in a
 *            hundred: whole bursts of these last 100 ms and more on two CPUs, so that is what it waits for).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { percentile } from './measure.ts';

const ROUNDS = 5;
const PEERS = [
  'piscina@5.3.2',
  'tinypool@2.2.0',
  'workerpool@10.0.3',
  'poolifier@5.3.2',
  'jest-worker@30.5.1',
];
const NAMES = [
  'duodao, processes',
  'duodao, threads',
  'piscina',
  'tinypool',
  'workerpool',
  'poolifier',
  'jest-worker',
];

interface Figures {
  readonly trip: readonly number[];
  readonly tripCpu: readonly number[];
  readonly burst: readonly number[];
  readonly burstCpu: readonly number[];
  readonly inside: readonly number[];
  readonly idle: number;
  readonly map64: readonly number[];
}

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = at('../.cache/peers');
const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
const median = (numbers: readonly number[]): number => percentile(sorted(numbers), 0.5);

if (!PEERS.every((peer) => existsSync(`${folder}/node_modules/${peer.split('@')[0]}`))) {
  const flags = [
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  execFileSync('npm', ['install', '--prefix', folder, ...flags, ...PEERS], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const figures = new Map<string, Figures>();
for (const name of NAMES) {
  const output = execFileSync(process.execPath, [at('peers/pools.js'), name, folder, String(ROUNDS)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  figures.set(name, JSON.parse(output) as Figures);
}
const python =
  spawnSync('python3', ['--version']).status === 0
    ? (JSON.parse(
        execFileSync('python3', [at('peers/pool_peer.py'), String(ROUNDS)], { encoding: 'utf8' }),
      ) as {
        readonly apply: readonly number[];
        readonly map64: readonly number[];
      })
    : undefined;

function table(title: string, time: 'trip' | 'burst', cpu: 'tripCpu' | 'burstCpu'): void {
  console.log(
    `\n### ${title}\n\n| | µs each, median | fastest–slowest round | µs of CPU | times as fast as piscina |`,
  );
  console.log('|---|---:|---:|---:|---:|');
  const base = median((figures.get('piscina') as Figures)[time]);
  const row = (name: string, all: readonly number[], cost: string): void => {
    const [first, last] = [sorted(all)[0] as number, sorted(all).at(-1) as number];
    const spread = `${first.toFixed(1)}–${last.toFixed(1)}`;
    console.log(
      `| ${name} | ${median(all).toFixed(1)} | ${spread} | ${cost} | ${(base / median(all)).toFixed(2)} |`,
    );
  };
  for (const [name, theirs] of figures) row(name, theirs[time], median(theirs[cpu]).toFixed(1));
  if (python && time === 'trip') row('Python, Pool.apply', python.apply, '');
}

table('One task after the other', 'trip', 'tripCpu');
if (python) {
  const times = median(python.apply) / median((figures.get('duodao, processes') as Figures).trip);
  console.log(`\nOurs is ${times.toFixed(1)} times as fast as Pool.apply.`);
}
table('20,000 tasks at once', 'burst', 'burstCpu');

console.log('\n### A task of 1 ms in the middle of a burst; a pool with nothing to do\n');
console.log('| | ms p50 | ms p99 | ms of CPU in a second of nothing |\n|---|---:|---:|---:|');
for (const [name, { inside, idle }] of figures) {
  const [p50, p99] = [percentile(inside, 0.5), percentile(inside, 0.99)];
  console.log(`| ${name} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${idle.toFixed(1)} |`);
}

const ours = figures.get('duodao, processes') as Figures;
console.log(
  '\n### One item of map(), in chunks of 64\n\n| | ns each, median | times as fast as Python |\n|---|---:|---:|',
);
const theirs = python ? median(python.map64) : Number.NaN;
for (const [name, ns] of [
  ['duodao, processes', median(ours.map64)],
  ['Python, Pool.map', theirs],
] as const)
  console.log(`| ${name} | ${ns.toFixed(0)} | ${(theirs / ns).toFixed(2)} |`);
