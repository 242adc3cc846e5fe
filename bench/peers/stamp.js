// The first line of a child of child_process.fork(), or of a worker: says when it ran, and ends.
import { parentPort } from 'node:worker_threads';

const now = performance.timeOrigin + performance.now();
if (parentPort) parentPort.postMessage(now);
else process.send(now, () => process.disconnect());
