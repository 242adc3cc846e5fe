/**
 * Question:  how long from start() to the first line of the target, and to the end of join()? What does a process cost
 *            that waits?
 * Method:    each way once a round, in turn, 15 rounds after one thrown away; a standby is warm again before each
 *            round. The target says when it ran; all clocks are the system's. Memory is the proportional set size
 *            (PSS) of one process that waits: pages that others share count in part.
 * Read it:   ratio: how many times as fast as child_process.fork().
 * Beware:    measured is the package as it is built (bench/peers/starts.js), by plain Node.js without a loader, as
 *            programs use it. fork() and worker_threads load nothing but one line.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { percentile } from './measure.ts';

const ROUNDS = 15;

interface Times {
  readonly first: readonly number[];
  readonly whole: readonly number[];
}

const peer = (name: string): string => fileURLToPath(new URL(`./peers/${name}`, import.meta.url));

function run(command: string, file: string): unknown {
  return JSON.parse(execFileSync(command, [peer(file), String(ROUNDS)], { encoding: 'utf8' }));
}

const { times, memory } = run(process.execPath, 'starts.js') as {
  readonly times: Record<string, Times>;
  readonly memory: Record<string, number>;
};
const figures = new Map(Object.entries(times));
if (spawnSync('python3', ['--version']).status === 0)
  for (const [method, theirs] of Object.entries(run('python3', 'start_peer.py') as Record<string, Times>))
    figures.set(`Python, ${method}`, theirs);

const TITLES = {
  first: 'From start to the first line of the target',
  whole: 'From start to the end of join',
} as const;
for (const what of ['first', 'whole'] as const) {
  console.log(
    `\n### ${TITLES[what]}\n\n| | ms p50 | ms p90 | times as fast as fork() |\n|---|---:|---:|---:|`,
  );
  let base = 0;
  for (const [name, theirs] of figures) {
    const all = theirs[what].toSorted((a, b) => a - b);
    const [p50, p90] = [percentile(all, 0.5), percentile(all, 0.9)];
    base ||= p50; // the first one is fork()
    console.log(`| ${name} | ${p50.toFixed(1)} | ${p90.toFixed(1)} | ${(base / p50).toFixed(2)} |`);
  }
}

console.log('\n### One process that waits\n\n| | MiB (PSS) | ratio |\n|---|---:|---:|');
const least = memory['child_process.fork()'] ?? 1;
for (const [name, held] of Object.entries(memory))
  console.log(`| ${name} | ${held.toFixed(1)} | ${(held / least).toFixed(2)} |`);
