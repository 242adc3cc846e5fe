/**
 * Question:  how long from start() to the first line of the target, and to the end of join()? What does a process cost
 *            that waits?
 * Method:    each way once a round, in turn, 15 rounds after one thrown away; a standby is warm again before each
 *            round. The target says when it ran; all clocks are the system's. Memory is the proportional set size
 *            (PSS) of one process that waits: pages that others share count in part.
 * Read it:   ratio: how many times as fast as child_process.fork().
 * Beware:    Node.js children run from the sources here, so loading them takes a loader on Node.js 20; built, a cold
 *            start is faster. fork() and worker_threads load nothing but one line.
 */
import { execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { isMain, Process, Queue, standby, Thread } from '../src/index.ts';
import { percentile } from './measure.ts';

const ROUNDS = 15;

interface Times {
  readonly first: number;
  readonly whole: number;
}

export function now(): number {
  return performance.timeOrigin + performance.now();
}

export async function waitFor(told: Queue<number>): Promise<void> {
  await told.get();
}

async function ours(Kind: typeof Process | typeof Thread): Promise<Times> {
  const begin = now();
  const child = await new (Kind as typeof Process)({ target: now }).start();
  const first = (await child.result()) - begin;
  await child.join();
  return { first, whole: now() - begin };
}

async function cold(): Promise<Times> {
  await standby({ size: 0 });
  return ours(Process);
}

async function warm(): Promise<Times> {
  await standby({ size: 1 });
  const times = await ours(Process);
  return times;
}

const STAMP = new URL('./peers/stamp.js', import.meta.url);

async function forked(): Promise<Times> {
  const begin = now();
  const child = fork(fileURLToPath(STAMP), { execArgv: [] });
  const [said] = (await once(child, 'message')) as [number];
  await once(child, 'exit');
  return { first: said - begin, whole: now() - begin };
}

async function worker(): Promise<Times> {
  const begin = now();
  const thread = new Worker(STAMP, { execArgv: [] });
  const [said] = (await once(thread, 'message')) as [number];
  await once(thread, 'exit');
  return { first: said - begin, whole: now() - begin };
}

function python(): Record<string, { first: number[]; whole: number[] }> {
  const peer = fileURLToPath(new URL('./peers/start_peer.py', import.meta.url));
  if (spawnSync('python3', ['--version']).status !== 0) return {};
  const text = execFileSync('python3', [peer, String(ROUNDS)], { encoding: 'utf8' });
  return JSON.parse(text) as Record<string, { first: number[]; whole: number[] }>;
}

function pssOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;
}

async function memory(): Promise<void> {
  const told = new Queue<number>();
  const child = await new Process({ target: waitFor, args: [told] }).start();
  const peer = fork(fileURLToPath(new URL('./peers/echo.js', import.meta.url)), { execArgv: [] });
  while (child.state !== 'blocked') await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const [own, others] = [pssOf(child.pid as number), pssOf(peer.pid as number)];
  console.log('\n### One process that waits\n\n| | MiB (PSS) | ratio |\n|---|---:|---:|');
  console.log(`| child_process.fork() | ${others.toFixed(1)} | 1.00 |`);
  console.log(`| Process | ${own.toFixed(1)} | ${(own / others).toFixed(2)} |`);
  peer.disconnect();
  await told.put(1);
  await child.join();
}

if (isMain(import.meta)) {
  const ways: readonly [string, () => Promise<Times>][] = [
    ['child_process.fork()', forked],
    ['Process, cold', cold],
    ['Process, standby', warm],
    ['Thread', () => ours(Thread)],
    ['worker_threads', worker],
  ];
  const figures = new Map(ways.map(([name]) => [name, { first: [] as number[], whole: [] as number[] }]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, way] of ways) {
      const { first, whole } = await way();
      if (round < 0) continue;
      figures.get(name)?.first.push(first);
      figures.get(name)?.whole.push(whole);
    }
  }
  await standby({ size: 0 });
  for (const [method, times] of Object.entries(python())) figures.set(`Python, ${method}`, times);
  const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
  const floor = figures.get('child_process.fork()') as { first: number[]; whole: number[] };
  for (const what of ['first', 'whole'] as const) {
    const title =
      what === 'first' ? 'From start to the first line of the target' : 'From start to the end of join';
    console.log(`\n### ${title}\n\n| | ms p50 | ms p90 | times as fast as fork() |\n|---|---:|---:|---:|`);
    const base = percentile(sorted(floor[what]), 0.5);
    for (const [name, times] of figures) {
      const all = sorted(times[what]);
      const p50 = percentile(all, 0.5);
      console.log(
        `| ${name} | ${p50.toFixed(1)} | ${percentile(all, 0.9).toFixed(1)} | ${(base / p50).toFixed(2)} |`,
      );
    }
  }
  await memory();
}
