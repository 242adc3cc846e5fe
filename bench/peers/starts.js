// Starts processes and threads, by the package as it is built and by Node.js itself, and prints how long each took.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { isMain, Process, Queue, standby, Thread } from '../../dist/index.js';

const STAMP = new URL('./stamp.js', import.meta.url);
const ECHO = fileURLToPath(new URL('./echo.js', import.meta.url));

export function now() {
  return performance.timeOrigin + performance.now();
}

export async function waitFor(told) {
  await told.get();
}

async function ours(Kind, size) {
  await standby({ size });
  const begin = now();
  const child = await new Kind({ target: now }).start();
  const first = (await child.result()) - begin;
  await child.join();
  return { first, whole: now() - begin };
}

async function forked() {
  const begin = now();
  const child = fork(fileURLToPath(STAMP), { execArgv: [] });
  const exit = once(child, 'exit');
  const [said] = await once(child, 'message');
  await exit;
  return { first: said - begin, whole: now() - begin };
}

async function worker() {
  const begin = now();
  const thread = new Worker(STAMP, { execArgv: [] });
  const exit = once(thread, 'exit'); // it may come in one go with the message
  const [said] = await once(thread, 'message');
  await exit;
  return { first: said - begin, whole: now() - begin };
}

/** MiB of memory of a process, pages that others share counted in part. */
function pssOf(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
}

async function memory() {
  const told = new Queue();
  const child = await new Process({ target: waitFor, args: [told] }).start();
  const peer = fork(ECHO, { execArgv: [] });
  while (child.state !== 'blocked') await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const held = { 'child_process.fork()': pssOf(peer.pid), Process: pssOf(child.pid) };
  peer.disconnect();
  await told.put(1);
  await child.join();
  return held;
}

if (isMain(import.meta)) {
  const rounds = Number(process.argv[2]);
  const ways = {
    'child_process.fork()': forked,
    'Process, cold': () => ours(Process, 0),
    'Process, standby': () => ours(Process, 1),
    Thread: () => ours(Thread, 0),
    worker_threads: worker,
  };
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, { first: [], whole: [] }]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const { first, whole } = await way();
      if (round < 0) continue;
      times[name].first.push(first);
      times[name].whole.push(whole);
    }
  }
  await standby({ size: 0 });
  console.log(JSON.stringify({ times, memory: await memory() }));
}
