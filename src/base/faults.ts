/**
 * Fault points: places in the code where a participant of a test ends at the worst of all moments.
 *
 * Each is one line, `if (FAULTY) pass('lock.taken');`. They do nothing unless the environment of the process says
 * which point strikes, at which of its hits, and how: `DUODAO_FAULT=queue.put:3:kill`. The built package has none of
 * these lines (scripts/build.js drops them), and in the sources they are one test of a constant.
 *
 *     kill   SIGKILL to the own process
 *     stop   SIGSTOP to the own process: whoever drives the test continues it
 *     exit   process.exit(): in a worker thread it ends the thread, as worker.terminate() does
 *
 * @module
 */
/** All points, by name. Their numbers, from 1 on, are their places in this list: new ones come last. */
export const FAULTS = [
  'guard.taken',
  'guard.contended',
  'guard.waiting',
  'guard.giving',
  'guard.given',
  'bell.ringing',
  'bell.counted',
  'bell.rung',
  'set.added',
  'set.ringing',
  'set.rung',
  'wait.registered',
  'wait.woken',
  'slot.joining',
  'slot.joined',
  'slot.burying',
  'heap.taking',
  'heap.taken',
  'heap.giving',
  'object.made',
  'object.held',
  'object.counted',
  'object.dying',
  'reap.begun',
  'reap.object',
  'reap.ended',
  'repair.begun',
  'repair.ended',
  'lock.taking',
  'lock.taken',
  'lock.releasing',
  'lock.died',
  'lock.released',
  'lock.reaped',
  'queue.padded',
  'queue.written',
  'queue.put',
  'queue.claimed',
  'queue.copied',
  'queue.arrived',
  'queue.handing',
  'queue.handed',
  'queue.settling',
  'queue.settled',
  'queue.reclaimed',
  'queue.reaped',
  'map.writing',
  'map.written',
  'map.committed',
  'map.rebuilt',
  'condition.entered',
  'condition.ended',
  'condition.telling',
  'condition.told',
  'condition.passed',
  'process.packed',
  'process.launched',
  'process.noted',
  'process.ended',
  'process.told',
  'child.tied',
  'child.joined',
  'child.told',
  'child.running',
  'child.answering',
  'child.answered',
  'line.taken',
  'line.written',
  'line.published',
  'line.ringing',
  'pool.decoding',
  'pool.running',
  'pool.encoding',
  'pool.ready',
] as const;

export type Fault = (typeof FAULTS)[number];
export type FaultAction = 'kill' | 'stop' | 'exit';

const WANTED = process.env['DUODAO_FAULT'];
/** Whether this process takes part in a torture. */
export const FAULTY: boolean = WANTED !== undefined;
let left = 0;
const [point, hit, action] = (WANTED ?? '').split(':');
if (point) left = Number(hit);

/** Passes a fault point; does not return from the one that strikes. */
export function pass(here: Fault): void {
  if (here !== point || --left !== 0) return;
  if (action === 'stop') process.kill(process.pid, 'SIGSTOP');
  else if (action === 'exit') process.exit();
  else process.kill(process.pid, 'SIGKILL');
}
