/**
 * Question:  how many small objects a second does a queue move from one process to another?
 * Method:    one process puts { id, name, seats, ok }, this one gets them; the clock runs from the first to the
 * last. 5 rounds. Read it:   ns for one object; the ratio is to our blocking form, above 1: slower than it.
 * Beware:    throughput, not latency; two cores. Python's feeder thread and both ends' pickling are part of it,
 * as they
 *            are of ours. process.send is given its faster form ('advanced' would be 'json' with fidelity, and slower).
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMain, Process, Queue } from '../src/index.ts';
import { compare, type Figure, print } from './measure.ts';

const COUNT = 100_000;
const ROUNDS = 5;
const PYTHON_COUNT = 50_000;

export interface Item {
  readonly id: number;
  readonly name: string;
  readonly seats: number;
  readonly ok: boolean;
}

/** Puts as many items as it is told, again and again. */
export function produceSync(orders: Queue<number>, items: Queue<Item>): void {
  for (let count = orders.getSync(); count > 0; count = orders.getSync()) {
    for (let id = 0; id < count; id++) items.putSync({ id, name: 'seat', seats: 2, ok: true });
  }
}

async function viaSend(count: number): Promise<number> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./peers/sender.js', import.meta.url)), {
    execArgv: [],
  });
  let start = 0;
  let got = 0;
  child.on('message', () => {
    if (got++ === 0) start = performance.now();
  });
  child.send(count);
  await once(child, 'disconnect');
  return performance.now() - start;
}

function viaPython(): Figure | undefined {
  const script = fileURLToPath(new URL('./peers/queue_peer.py', import.meta.url));
  const run = spawnSync('python3', [script, String(PYTHON_COUNT), String(ROUNDS)], { encoding: 'utf8' });
  if (run.error || run.status !== 0) return undefined;
  const ns = run.stdout
    .trim()
    .split('\n')
    .map((seconds) => (Number(seconds) * 1e9) / PYTHON_COUNT)
    .toSorted((a, b) => a - b);
  return { name: 'Python multiprocessing.Queue', ns, median: ns[Math.floor(ns.length / 2)] as number };
}

async function bench(): Promise<void> {
  const orders = new Queue<number>();
  const items = new Queue<Item>();
  const producer = new Process({ target: produceSync, args: [orders, items], daemon: true });
  await producer.start();
  const figures = await compare(
    [
      {
        name: 'Queue: putSync to getSync',
        count: COUNT,
        run: (count) => {
          orders.putSync(count);
          items.getSync();
          const start = performance.now();
          for (let got = 1; got < count; got++) items.getSync();
          return performance.now() - start;
        },
      },
      {
        name: 'Queue: putSync to await get',
        count: COUNT,
        run: async (count) => {
          orders.putSync(count);
          await items.get();
          const start = performance.now();
          for (let got = 1; got < count; got++) await items.get();
          return performance.now() - start;
        },
      },
      { name: 'process.send (json)', count: COUNT, run: viaSend },
    ],
    ROUNDS,
  );
  orders.putSync(0);
  await producer.join();
  const python = viaPython();
  print('Small objects, one process to another', python ? [...figures, python] : figures);
  if (!python) console.log('\n(python3 is not on this machine: not measured)');
}

if (isMain(import.meta)) await bench();
