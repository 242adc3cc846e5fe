/**
 * Question:  what does a message cost, small, of 64 bytes, of 1 MiB, one by one and 32 at once, and how much CPU?
 * Method:    other processes put, this one gets; the clock runs from the first to the last. 5 rounds. The floor is the
 *            bare copy of as many bytes, twice, in this process.
 * Read it:   ns for one message; CPU is user and system time of both sides together, for one message.
 * Beware:    two cores: with two producers and two takers, four processes share them.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { isMain, Process, Queue } from '../src/index.ts';
import { compare, type Contender, print, timed } from './measure.ts';

const ROUNDS = 5;
const BATCH = 32;

type Kind = 'object' | 'bytes' | 'large';
const SIZES: Readonly<Record<Kind, number>> = { object: 0, bytes: 64, large: 2 ** 20 };

interface Order {
  readonly kind: Kind;
  readonly count: number;
  readonly atOnce: number;
}

function itemOf(kind: Kind, id: number): unknown {
  return kind === 'object' ? { id, name: 'seat', seats: 2, ok: true } : new Uint8Array(SIZES[kind]);
}

const cpuNs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) * 1000;
};

/** Puts as many items as it is told, again and again, and says what CPU time that took. */
export function produce(orders: Queue<Order>, items: Queue, spent: Queue<number>): void {
  for (let order = orders.getSync(); order.count > 0; order = orders.getSync()) {
    const { kind, count, atOnce } = order;
    const since = process.cpuUsage();
    const batch = Array.from({ length: atOnce }, (_, id) => itemOf(kind, id));
    for (let id = 0; id < count; id += atOnce) {
      if (atOnce > 1) items.putManySync(batch);
      else items.putSync(kind === 'object' ? itemOf(kind, id) : batch[0]);
    }
    spent.putSync(cpuNs(since));
  }
}

/** Gets items until it has had as many as it is told. */
function take(items: Queue, count: number, atOnce: number): void {
  for (let got = 0; got < count; )
    got += atOnce > 1 ? items.getManySync(atOnce).length : (items.getSync(), 1);
}

export function consume(orders: Queue<Order>, items: Queue, spent: Queue<number>): void {
  for (let order = orders.getSync(); order.count > 0; order = orders.getSync()) {
    const since = process.cpuUsage();
    take(items, order.count, order.atOnce);
    spent.putSync(cpuNs(since));
  }
}

/** CPU time for one item in each contender, of the last round. */
const cpuOf: Map<string, number> = new Map();

class Crew {
  readonly #items: Queue = new Queue({ bytes: 2 ** 24 });
  readonly #spent: Queue<number> = new Queue();
  readonly #workers: { readonly orders: Queue<Order>; readonly process: Process<typeof produce> }[] = [];

  async hire(target: typeof produce): Promise<void> {
    const orders = new Queue<Order>();
    const process = new Process({ target, args: [orders, this.#items, this.#spent], daemon: true });
    await process.start();
    this.#workers.push({ orders, process });
  }

  /** All workers do their share at once; if there are only producers, this process takes. */
  contender(name: string, kind: Kind, count: number, atOnce: number, share: number): Contender {
    return {
      name,
      count,
      run: () => {
        const since = process.cpuUsage();
        const ms = timed(() => {
          for (const { orders } of this.#workers) orders.putSync({ kind, count: count / share, atOnce });
          if (this.#workers.length === share) take(this.#items, count, atOnce);
          for (const _ of this.#workers) cpuOf.set(name, this.#spent.getSync() + (cpuOf.get(name) ?? 0));
        });
        cpuOf.set(name, ((cpuOf.get(name) as number) + cpuNs(since)) / count);
        return ms;
      },
    };
  }

  async leave(): Promise<void> {
    for (const { orders, process } of this.#workers) {
      orders.putSync({ kind: 'object', count: 0, atOnce: 1 });
      await process.join();
    }
  }
}

const POSTER = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ count, bytes }) => {
    const buffer = new Uint8Array(bytes);
    for (let id = 0; id < count; id++)
      parentPort.postMessage(bytes === 0 ? { id, name: 'seat', seats: 2, ok: true } : buffer);
  });`;

function viaPostMessage(kind: Kind, count: number): Contender {
  const name = 'postMessage from a worker thread';
  const run = async (): Promise<number> => {
    const worker = new Worker(POSTER, { eval: true });
    await once(worker, 'online');
    const since = process.cpuUsage();
    const start = performance.now();
    worker.postMessage({ count, bytes: SIZES[kind] });
    await new Promise<void>((resolve) => {
      let got = 0;
      worker.on('message', () => {
        if (++got === count) resolve();
      });
    });
    const ms = performance.now() - start;
    cpuOf.set(name, cpuNs(since) / count);
    await worker.terminate();
    return ms;
  };
  return { name, count, run };
}

function viaSend(count: number): Contender {
  const peer = fileURLToPath(new URL('./peers/large_sender.js', import.meta.url));
  const run = async (): Promise<number> => {
    const child: ChildProcess = fork(peer, { execArgv: [], serialization: 'advanced' });
    let start = 0;
    let got = 0;
    child.on('message', () => {
      if (got++ === 0) start = performance.now();
    });
    child.send({ count, bytes: SIZES.large });
    await once(child, 'disconnect');
    return performance.now() - start;
  };
  return { name: "process.send ('advanced')", count, run };
}

/** The bare copy of as many bytes, into shared memory and out of it again. */
function floor(kind: Kind, count: number): Contender {
  const bytes = SIZES[kind];
  const [from, to] = [new Uint8Array(bytes), new Uint8Array(2 ** 22)];
  const copies = (): void => {
    for (let at = 0, id = 0; id < count; id++, at = (at + bytes) & (2 ** 21 - 1)) {
      to.set(from, at);
      from.set(to.subarray(at, at + bytes));
    }
  };
  return { name: 'floor: two copies', count, run: () => timed(copies) };
}

function show(title: string, figures: Awaited<ReturnType<typeof compare>>): void {
  print(title, figures);
  const cpu = figures.flatMap(({ name }) =>
    cpuOf.has(name) ? [`${name} ${cpuOf.get(name)?.toFixed(0)} ns`] : [],
  );
  console.log(`\nCPU for one: ${cpu.join('; ')}`);
  cpuOf.clear();
}

if (isMain(import.meta)) {
  const one = new Crew();
  await one.hire(produce);
  const [objects, small, large] = [100_000, 160_000, 400];
  show(
    'Small objects',
    await compare(
      [one.contender('Queue, one by one', 'object', objects, 1, 1), viaPostMessage('object', objects)],
      ROUNDS,
    ),
  );
  const two = new Crew();
  for (const target of [produce, consume, produce, consume]) await two.hire(target);
  show(
    '64 bytes',
    await compare(
      [
        floor('bytes', small),
        one.contender('1:1, one by one', 'bytes', small, 1, 1),
        one.contender(`1:1, ${BATCH} at once`, 'bytes', small, BATCH, 1),
        two.contender('2:2, one by one', 'bytes', small, 1, 2),
        two.contender(`2:2, ${BATCH} at once`, 'bytes', small, BATCH, 2),
        viaPostMessage('bytes', small),
      ],
      ROUNDS,
    ),
  );
  show(
    '1 MiB',
    await compare(
      [
        floor('large', large),
        one.contender('Queue', 'large', large, 1, 1),
        viaPostMessage('large', large),
        viaSend(large),
      ],
      ROUNDS,
    ),
  );
  await one.leave();
  await two.leave();
}
