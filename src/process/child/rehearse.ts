/**
 * Rehearsal: a standby does once, with a record of its own, all that a child does from its record to its answer.
 *
 * Code that runs for the first time is slow: the engine compiles it, and Node.js sets up what it needs to import a
 * module. A rehearsal takes that time before anybody waits. It loads the doors of the package as well, which most
 * targets import; nothing of the user's. Its target is the function below.
 *
 * The record is of a kind that the table of processes does not show. Whatever fails here would fail in a start, too,
 * and be told there: so who calls this goes on.
 *
 * @module
 */
import { here } from '../../memory/index.ts';
import { runTarget } from '../start/boot-guard.ts';
import { type ChildOrders, packRecord } from '../start/orders.ts';
import { Process } from '../process.ts';
import { ProcessRecord } from '../record/record.ts';
import { deliver } from './answer.ts';
import { packageDoors } from './entries.ts';
import { readWork } from './work.ts';

/** From the second one on the engine has everything compiled. */
const ROUNDS = 2;
const NAME = 'rehearsal';

/** The target of a rehearsal. */
export function encore(value: unknown): unknown {
  return value;
}

/** Plays a child, in a process that has no record yet. */
export async function rehearse(): Promise<void> {
  await Promise.all(packageDoors().map((door) => import(door)));
  for (let round = 0; round < ROUNDS; round++) await play();
}

async function play(): Promise<void> {
  const orders: ChildOrders = {
    target: { url: import.meta.url, name: encore.name, hash: '' },
    isClass: false,
    name: NAME,
    daemon: false,
    argv: process.argv.slice(1),
    allowChildren: false,
    cwd: undefined,
    parent: here().tag,
  };
  const packed = packRecord({ name: NAME, daemon: false, args: [[NAME]], fields: undefined }, orders, NAME);
  const { offset, serial } = packed.reference;
  const record = ProcessRecord.open(offset, serial);
  const fn = await readWork<ChildOrders>(record, Process, () => undefined);
  record.setStage('running');
  deliver(record, NAME, 'value', await runTarget(fn));
  record.setStage('terminated');
  record.close();
  packed.close();
}
