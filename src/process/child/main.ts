/**
 * What a child process begins with.
 *
 * In this order, so that it can never outlive its parent, and is counted before it can hold anything: its life is tied
 * to the parent's pipe; it takes its slot in the arena; it reads what it is to do; it loads the module of its target;
 * it calls the target; it delivers what comes back. Then it ends as any program does, when nothing keeps it alive.
 *
 * @module
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import { FAULTY, pass } from '../../base/index.ts';
import { attach, here } from '../../memory/index.ts';
import { closeOnExec, dieWithWritersOf, reopen } from '../../platform/index.ts';
import '../address/functions.ts';
import { runTarget } from '../start/boot-guard.ts';
import { currentProcess, introduce } from '../family.ts';
import { type ChildPlace, GRACE_FD, NO_LIFE, readPlace, STANDBY_FD } from '../start/launch.ts';
import { markChild } from '../start/main-guard.ts';
import type { ChildOrders } from '../start/orders.ts';
import { Process } from '../process.ts';
import { ProcessRecord } from '../record/record.ts';
import { complain, deliver, signFailures } from './answer.ts';
import { readWork } from './work.ts';

/** From here on we are asked to end when our parent has ended, and made to a while later. */
function tieLife(lifeFd: number): void {
  tie(GRACE_FD, 'SIGKILL');
  tie(lifeFd, 'SIGTERM');
}

function tie(fd: number, signal: 'SIGKILL' | 'SIGTERM'): void {
  closeOnExec(fd);
  // Owner and signal belong to the open description, which the parent's other children share: so one of our own.
  dieWithWritersOf(reopen('self', fd, 'read'), signal);
  closeSync(fd);
}

/** As a standby: blocks until we are told which record is ours. Should our parent end, the kernel ends us. */
async function waitForRecord(): Promise<Pick<ChildPlace, 'offset' | 'serial'>> {
  closeOnExec(STANDBY_FD);
  here().rename('standby');
  await import('./rehearse.ts').then(({ rehearse }) => rehearse()).catch(() => undefined); // it only saves time
  writeSync(STANDBY_FD, '.');
  const bytes = Buffer.alloc(64);
  let length = 0;
  while (!bytes.subarray(0, length).includes('\n')) {
    const read = readSync(STANDBY_FD, bytes, length, bytes.length - length, null);
    if (read === 0) process.exit(0); // our parent has no use for us any more
    length += read;
  }
  closeSync(STANDBY_FD);
  const [offset = 0, serial = 0] = bytes.toString('latin1', 0, length).split(':').map(Number);
  return { offset, serial };
}

async function begin(place: ChildPlace): Promise<void> {
  if (place.lifeFd !== NO_LIFE) tieLife(place.lifeFd);
  if (FAULTY) pass('child.tied');
  closeOnExec(place.arenaFd);
  attach(place.arenaFd);
  if (FAULTY) pass('child.joined');
  markChild();
  const { offset, serial } = place.offset === 0 ? await waitForRecord() : place;
  const record = ProcessRecord.open(offset, serial);
  try {
    const fn = await readWork<ChildOrders>(record, Process, (told) => {
      introduce(told.name, told, told.parent);
      if (told.cwd !== undefined) process.chdir(told.cwd);
    });
    record.setStage('running');
    if (FAULTY) pass('child.running');
    const value = await runTarget(fn);
    if (FAULTY) pass('child.answering');
    deliver(record, currentProcess().name, 'value', value);
    if (FAULTY) pass('child.answered');
  } catch (error) {
    process.exitCode = 1;
    deliver(record, currentProcess().name, 'error', error);
    complain(currentProcess().name, error);
  }
}

const place = readPlace(process.argv[2]);
if (place) {
  signFailures(() => currentProcess().name);
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
