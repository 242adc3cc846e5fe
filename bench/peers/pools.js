/**
 * Pools of Node.js, each in a process of its own, for pool.bench.ts.
 *
 * Usage: pools.js NAME FOLDER ROUNDS; FOLDER has the peers installed. Prints a JSON object:
 *   trip   µs for one task after the other, a round each        tripCpu   µs of CPU for one, all processes
 *   burst  µs for each of 20,000 tasks at once, a round each    burstCpu  the same of CPU
 *   inside ms from the call to the result of tasks of 1 ms, one among each 100 of a burst, sorted
 *   map64  ns for each of 200,000 items of map() in chunks of 64, a round each, of the pools that have one
 *   idle   ms of CPU in a second in which there is nothing to do, all processes
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMain, Pool } from '../../dist/index.js';

const WORKERS = 2;
const TRIPS = 5000;
const BURST = 20_000;
const EVERY = 100;
const ITEMS = 200_000;

/** What is run: nothing, or a millisecond of work. */
export function work(ms) {
  if (ms === 0) return 0;
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** By name: how to make one, as run(ms) and end(). */
const POOLS = {
  'duodao, processes': async () => {
    const pool = new Pool({ workers: WORKERS });
    const map = (items) => pool.map(work, items, { chunkSize: 64 });
    return { run: (ms) => pool.run(work, ms), map, end: () => (pool.close(), pool.join()) };
  },
  'duodao, threads': async () => {
    const pool = new Pool({ workers: WORKERS, kind: 'thread' });
    return { run: (ms) => pool.run(work, ms), end: () => (pool.close(), pool.join()) };
  },
  piscina: async (from) => {
    const { default: Piscina } = await from('piscina');
    const pool = new Piscina({ filename: file('pool-work.js'), minThreads: WORKERS, maxThreads: WORKERS });
    return { run: (ms) => pool.run(ms), end: () => pool.destroy() };
  },
  tinypool: async (from) => {
    const { default: Tinypool } = await from('tinypool');
    const pool = new Tinypool({ filename: file('pool-work.js'), minThreads: WORKERS, maxThreads: WORKERS });
    return { run: (ms) => pool.run(ms), end: () => pool.destroy() };
  },
  workerpool: async (from) => {
    const { default: workerpool } = await from('workerpool');
    const pool = workerpool.pool(file('pool-work.js'), {
      minWorkers: WORKERS,
      maxWorkers: WORKERS,
      workerType: 'thread',
    });
    return { run: (ms) => pool.exec('work', [ms]), end: () => pool.terminate() };
  },
  poolifier: async (from) => {
    const { FixedThreadPool } = await from('poolifier');
    const pool = new FixedThreadPool(WORKERS, file('pool-work.js'));
    return { run: (ms) => pool.execute(ms), end: () => pool.destroy() };
  },
  'jest-worker': async (from) => {
    const { Worker } = await from('jest-worker');
    const pool = new Worker(file('pool-work-jest.cjs'), { numWorkers: WORKERS, enableWorkerThreads: true });
    return { run: (ms) => pool.work(ms), end: () => pool.end() };
  },
};

/** CPU time of this process, its threads, and its living descendants, in ms. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = new Map(rows.map((row) => row.trim().split(/\s+/).map(Number)));
  let sum = (user + system) / 1000;
  for (const pid of parents.keys()) {
    let up = parents.get(pid);
    while (up !== undefined && up !== process.pid) up = parents.get(up);
    if (up === process.pid) sum += cpuOf(pid);
  }
  return sum;
}

function cpuOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0; // ps itself, which is gone
  }
}

async function trips({ run }) {
  const cpu = cpuMs();
  const begin = performance.now();
  for (let trip = 0; trip < TRIPS; trip++) await run(0);
  const took = performance.now() - begin;
  return { us: (took / TRIPS) * 1000, cpu: ((cpuMs() - cpu) / TRIPS) * 1000 };
}

async function burst({ run }) {
  const cpu = cpuMs();
  const begin = performance.now();
  const tasks = [];
  for (let task = 0; task < BURST; task++) tasks.push(run(0));
  await Promise.all(tasks);
  const took = performance.now() - begin;
  return { us: (took / BURST) * 1000, cpu: ((cpuMs() - cpu) / BURST) * 1000 };
}

async function mapped({ map }) {
  if (!map) return undefined;
  const items = Array.from({ length: ITEMS }, () => 0);
  const begin = performance.now();
  await map(items);
  return ((performance.now() - begin) / ITEMS) * 1e6;
}

/** How long tasks of a millisecond take that come in the middle of a burst. */
async function inside({ run }) {
  const times = [];
  const tasks = [];
  for (let task = 0; task < BURST; task++) {
    if (task % EVERY !== 0) {
      tasks.push(run(0));
      continue;
    }
    const begin = performance.now();
    tasks.push(run(1).then(() => times.push(performance.now() - begin)));
  }
  await Promise.all(tasks);
  return times.sort((a, b) => a - b);
}

if (isMain(import.meta)) {
  const [name, folder, rounds] = process.argv.slice(2);
  Object.assign(process.env, { BENCH_POOL: name, BENCH_PEERS: folder }); // for pool-work.js
  const require = createRequire(join(folder, 'x.js'));
  const pool = await POOLS[name]((id) => import(pathToFileURL(require.resolve(id)).href));
  await Promise.all(Array.from({ length: 2000 }, () => pool.run(0))); // all workers are there, all code is warm
  await trips(pool);
  await burst(pool);
  await mapped(pool);
  const all = { trip: [], tripCpu: [], burst: [], burstCpu: [], inside: [], idle: 0, map64: [] };
  for (let round = 0; round < Number(rounds); round++) {
    const trip = await trips(pool);
    all.trip.push(trip.us);
    all.tripCpu.push(trip.cpu);
    const many = await burst(pool);
    all.burst.push(many.us);
    all.burstCpu.push(many.cpu);
    const item = await mapped(pool);
    if (item !== undefined) all.map64.push(item);
  }
  all.inside = await inside(pool);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const cpu = cpuMs();
  const cost = cpuMs() - cpu; // of looking
  const before = cpuMs();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  all.idle = Math.max(0, cpuMs() - before - cost);
  console.log(JSON.stringify(all));
  await pool.end();
  process.exit(0);
}
