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
import { attach } from '../../memory/index.ts';
import { closeOnExec, dieWithWritersOf, reopen } from '../../platform/index.ts';
import '../functions.ts';
import { runTarget } from '../boot-guard.ts';
import { currentProcess, introduce } from '../family.ts';
import { type ChildPlace, readPlace } from '../launch.ts';
import { markChild } from '../main-guard.ts';
import type { ChildOrders } from '../orders.ts';
import { Process } from '../process.ts';
import { ProcessRecord } from '../record.ts';
import { complain, deliver } from './answer.ts';
import { readWork } from './work.ts';

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
    const fn = await readWork<ChildOrders>(record, Process, (told) => {
      introduce(told.name, told, told.parent);
      if (told.cwd !== undefined) process.chdir(told.cwd);
    });
    record.setStage('running');
    deliver(record, currentProcess().name, 'value', await runTarget(fn));
  } catch (error) {
    process.exitCode = 1;
    deliver(record, currentProcess().name, 'error', error);
    complain(currentProcess().name, error);
  }
}

const place = readPlace(process.argv[2]);
if (place) {
  begin(place).catch((error: unknown) => {
    process.exitCode = 1;
    complain(currentProcess().name, error);
  });
} else {
  process.stderr.write(
    'This file is what child processes of duodao begin with; it is not for running by hand.\n',
  );
  process.exitCode = 2;
}
