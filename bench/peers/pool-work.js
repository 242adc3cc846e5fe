// What the other pools run, in the file of its own that they need.
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export default function work(ms) {
  if (!(ms > 0)) return 0;
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

// Two of them want to be told by a library of theirs that this is a worker.
const [name, folder] = process.argv.slice(2);
if (!isMainThread && (name === 'workerpool' || name === 'poolifier')) {
  const require = createRequire(join(folder, 'x.js'));
  const library = await import(pathToFileURL(require.resolve(name)).href);
  if (name === 'workerpool') library.default.worker({ work });
  else module_(library);
}

function module_({ ThreadWorker }) {
  self = new ThreadWorker(work);
}
let self;
