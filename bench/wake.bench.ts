/**
 * Question:  how long from a put in one process to the awakened event loop of another?
 * Method:    ping-pong of one small message, 5,000 times after 500 thrown away; one way is half of a round trip.
 * Read it:   microseconds one way: half of the trips are faster than p50, one in a hundred is slower than p99.
 * Beware:    both loops have nothing else to do. Blocking waits do not pass through an event loop at all.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMain, Process, Queue } from '../src/index.ts';
import { percentile } from './measure.ts';

const TRIPS = 5000;
const WARM = 500;

export async function echo(requests: Queue<number>, answers: Queue<number>): Promise<void> {
  for await (const request of requests) await answers.put(request);
}

export function echoSync(requests: Queue<number>, answers: Queue<number>): void {
  for (let request = requests.getSync(); request >= 0; request = requests.getSync()) answers.putSync(request);
}

async function trips(one: (trip: number) => unknown): Promise<number[]> {
  const us: number[] = [];
  for (let trip = -WARM; trip < TRIPS; trip++) {
    const start = performance.now();
    await one(Math.abs(trip));
    if (trip >= 0) us.push(((performance.now() - start) * 1000) / 2);
  }
  return us.toSorted((a, b) => a - b);
}

async function viaQueue(): Promise<number[]> {
  const requests = new Queue<number>();
  const answers = new Queue<number>();
  const child = new Process({ target: echo, args: [requests, answers] });
  await child.start();
  const us = await trips(async (trip) => {
    await requests.put(trip);
    await answers.get();
  });
  requests.close();
  await child.join();
  return us;
}

async function viaBlockingQueue(): Promise<number[]> {
  const requests = new Queue<number>();
  const answers = new Queue<number>();
  const child = new Process({ target: echoSync, args: [requests, answers] });
  await child.start();
  const us = await trips((trip) => {
    requests.putSync(trip);
    answers.getSync();
  });
  requests.putSync(-1);
  await child.join();
  return us;
}

async function viaSend(): Promise<number[]> {
  const child = fork(fileURLToPath(new URL('./peers/echo.js', import.meta.url)), { execArgv: [] });
  const us = await trips(async (trip) => {
    child.send(trip);
    await once(child, 'message');
  });
  child.disconnect();
  return us;
}

if (isMain(import.meta)) {
  const rows: [string, number[]][] = [
    ['process.send', await viaSend()],
    ['Queue, event loop to event loop', await viaQueue()],
    ['Queue, blocking to blocking', await viaBlockingQueue()],
    ['process.send, again', await viaSend()],
    ['Queue, event loop to event loop, again', await viaQueue()],
  ];
  const floor = percentile(rows[0]?.[1] as number[], 0.5);
  console.log(
    '\n### One way to an awakened peer\n\n| | µs p50 | µs p99 | ratio of p50 |\n|---|---:|---:|---:|',
  );
  for (const [name, us] of rows) {
    const p50 = percentile(us, 0.5);
    console.log(
      `| ${name} | ${p50.toFixed(1)} | ${percentile(us, 0.99).toFixed(1)} | ${(p50 / floor).toFixed(2)} |`,
    );
  }
}
