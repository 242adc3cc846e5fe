/**
 * What a child process begins with.
 *
 * In this order, so that it can never outlive its parent, and is counted before it can hold anything: its life is tied
 * to the parent's pipe; it takes its slot in the arena; it reads what it is to do; it loads the module of its target;
 * it calls the target; it delivers what comes back. Then it ends as any program does, when nothing keeps it alive.
 *
 * @module
 */
import { closeSync } from 'node:fs';
import { inspect } from 'node:util';
import { DuodaoError } from '../../base/index.ts';
import { makeParcel, openParcel } from '../../ipc/index.ts';
import { attach } from '../../memory/index.ts';
import { closeOnExec, dieWithWritersOf, reopen } from '../../platform/index.ts';
import '../functions.ts';
import { resolveAddress } from '../address.ts';
import { runTarget, whileBooting } from '../boot-guard.ts';
import { currentProcess, introduce } from '../family.ts';
import { type ChildPlace, readPlace } from '../launch.ts';
import { markChild } from '../main-guard.ts';
import type { ChildOrders } from '../orders.ts';
import { Process } from '../process.ts';
import { ProcessRecord } from '../record.ts';
import { embody } from '../subclass.ts';

function tieLife(lifeFd: number): void {
  closeOnExec(lifeFd);
  // Owner and signal belong to the open description, which the parent's other children share: so one of our own.
  dieWithWritersOf(reopen('self', lifeFd, 'read'));
  closeSync(lifeFd);
}

async function begin(place: ChildPlace): Promise<void> {
  tieLife(place.lifeFd);
  closeOnExec(place.arenaFd);
  attach(place.arenaFd);
  markChild();
  const record = ProcessRecord.open(place.offset, place.serial);
  try {
    const fn = await load(record);
    record.setStage('running');
    deliver(record, 'value', await runTarget(fn));
  } catch (error) {
    process.exitCode = 1;
    deliver(record, 'error', error);
    complain(error);
  }
}

/** Reads what is to be done, and loads the module that can do it. */
async function load(record: ProcessRecord): Promise<() => unknown> {
  const { orders, args } = record;
  if (!orders || !args) throw new DuodaoError('protocol', 'This process was given nothing to do');
  return whileBooting(async () => {
    const told = (await openParcel(orders)) as ChildOrders;
    introduce(told.name, told, told.parent);
    if (told.cwd !== undefined) process.chdir(told.cwd);
    process.argv.splice(1, process.argv.length, ...told.argv);
    const work = (await openParcel(args)) as readonly never[];
    const target = await resolveAddress(told.target);
    const fields = record.fields && ((await openParcel(record.fields)) as object);
    record.dropOrders();
    if (!told.isClass) return () => (target as (...args: readonly never[]) => unknown)(...work);
    const self = embody(Process, target, fields ?? {});
    return () => self.run(...work);
  });
}

function deliver(record: ProcessRecord, outcome: 'value' | 'error', value: unknown): void {
  try {
    record.deliver(outcome, makeParcel(value, outcome === 'value' ? 'result' : 'error'));
  } catch (refusal) {
    // What came back cannot cross, or the arena is full: then that is what the parent is told.
    process.exitCode = 1;
    const told = outcome === 'error' && value instanceof Error ? halfTold(value, refusal) : refusal;
    record.deliver('error', makeParcel(told, 'error'));
    complain(refusal);
  }
}

/** An error that cannot cross whole, without the parts that may be to blame; its cause says which one it was. */
function halfTold(error: Error, refusal: unknown): Error {
  const told = new Error(error.message, { cause: refusal });
  Object.setPrototypeOf(told, Object.getPrototypeOf(error) as object); // it crosses as the same class
  if (typeof error.stack === 'string') told.stack = error.stack;
  for (const [key, value] of Object.entries(error)) {
    if (key !== 'cause' && ['string', 'number', 'boolean'].includes(typeof value))
      Reflect.set(told, key, value);
  }
  return told;
}

/**
 * Says on standard error what went wrong here, as nobody may ever ask for the result. A string that is thrown is the
 * text to end with, as that of Python's `sys.exit('text')`: it is printed as it is.
 */
function complain(error: unknown): void {
  if (typeof error === 'string') {
    process.stderr.write(`${error}\n`);
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : `Thrown: ${inspect(error)}`;
  process.stderr.write(`${currentProcess().name}: ${text}\n`);
}

const place = readPlace(process.argv[2]);
if (place) {
  begin(place).catch((error: unknown) => {
    process.exitCode = 1;
    complain(error);
  });
} else {
  process.stderr.write(
    'This file is what child processes of duodao begin with; it is not for running by hand.\n',
  );
  process.exitCode = 2;
}
