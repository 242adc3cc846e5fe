/** The body of a thread of participants.ts: opens its parcel, calls the function, posts what came back. */
import { parentPort, workerData } from 'node:worker_threads';
import '../../src/index.ts';
import { openParcel } from '../../src/ipc/index.ts';
import { useBrake } from '../../src/platform/index.ts';

useBrake(workerData.brake);
const [target, ...args] = (await openParcel(workerData.parcel)) as [
  (...args: unknown[]) => unknown,
  ...unknown[],
];
parentPort?.postMessage({ begun: true });
try {
  parentPort?.postMessage({ value: await target(...args) });
} catch (error) {
  parentPort?.postMessage({ error });
}
