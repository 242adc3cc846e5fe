// What the other pools run, in the file of its own that they need.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

export default function work(ms) {
  if (!(ms > 0)) return 0;
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

// Two of them want to be told by their own library that this is a worker.
const { BENCH_POOL: name, BENCH_PEERS: folder } = process.env;
const require = createRequire(join(folder ?? '.', 'x.js'));
if (!isMainThread && name === 'workerpool') require('workerpool').worker({ work });
const { ThreadWorker } = !isMainThread && name === 'poolifier' ? require('poolifier') : {};
export const worker = ThreadWorker && new ThreadWorker(work);
