/**
 * The table of processes is true in every part of a life, and of nobody but those who take part. How: records whose
 * processes are played by plain ones that are stopped and killed, and real participants that wait.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { Lock, type ProcessRow, processTable, Queue } from '../../../../src/index.ts';
import { makeParcel } from '../../../../src/ipc/index.ts';
import { here } from '../../../../src/memory/here.ts';
import { BODY_OFFSET } from '../../../../src/memory/index.ts';
import { startTimeOf } from '../../../../src/platform/index.ts';
import { ProcessRecord } from '../../../../src/process/record/record.ts';
import { RECORD, type RecordKind } from '../../../../src/process/record/record-shape.ts';
import { takeAwaiting, takeBlocking } from '../../../fixtures/processes/onlooked.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { HANG_GUARD, KINDS, start } from '../../../harness/participants.ts';
import { endChildren, until } from '../../../harness/tree.ts';

endsClean();
afterEach(endChildren);

function row(name: string): ProcessRow | undefined {
  return processTable().find((one) => one.name === name);
}

function newRecord(name: string, kind?: RecordKind): ProcessRecord {
  const [orders, args] = [makeParcel(0, 'orders'), makeParcel([], 'args')];
  return ProcessRecord.create(name, false, orders, args, undefined, kind);
}

function closed(record: ProcessRecord): void {
  record.dropOrders();
  record.close();
}

/** A plain process that plays the one of a record. */
async function startPlayer(): Promise<ChildProcess> {
  const player = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(player, 'spawn');
  return player;
}

async function kill(player: ChildProcess): Promise<void> {
  player.kill('SIGKILL');
  await once(player, 'exit');
}

test('processTable() has this process in it, with what the kernel says', () => {
  const { cpuMs, residentBytes, startedAt, ...facts } = row('MainProcess')!;
  assert.deepEqual(facts, {
    pid: process.pid,
    ppid: process.ppid,
    name: 'MainProcess',
    kind: 'process',
    thread: 0,
    state: 'running',
    kernelState: 'R',
    blockedOn: null,
    blockedAt: null,
    endedAt: null,
    exit: null,
  });
  assert.ok(cpuMs! > 0 && residentBytes! > 1e6);
  assert.ok(Math.abs(startedAt! - performance.timeOrigin) < 10_000);
});

test('The record of a rehearsal is nobody’s, and has no row', () => {
  const record = newRecord('play', 'rehearsal');
  assert.equal(row('play'), undefined);
  closed(record);
});

test('A row goes with its record from new to terminated', async () => {
  const record = newRecord('worker');
  assert.deepEqual(
    [row('worker')?.state, row('worker')?.pid, row('worker')?.ppid],
    ['new', null, process.pid],
  );
  record.setStage('ready');
  assert.deepEqual([row('worker')?.state, row('worker')?.pid], ['ready', null]);
  const player = await startPlayer();
  record.pid = player.pid!;
  const ready = row('worker')!;
  assert.deepEqual([ready.state, ready.pid, ready.exit], ['ready', player.pid, null]);
  assert.match(ready.kernelState ?? '', /^[RSD]$/);
  record.setStage('running');
  assert.equal(row('worker')?.state, 'running');
  player.kill('SIGSTOP');
  await until('it is stopped', () => row('worker')?.kernelState === 'T');
  assert.equal(row('worker')?.state, 'suspended');
  await kill(player);
  const gone = row('worker')!;
  assert.deepEqual([gone.state, gone.kernelState, gone.cpuMs, gone.exit], ['terminated', null, null, null]);
  record.setExit({ how: 'killed', signal: 'SIGKILL' });
  record.setStage('terminated');
  const { state, exit, endedAt, startedAt, pid } = row('worker')!;
  assert.deepEqual([state, exit, pid], ['terminated', { how: 'killed', signal: 'SIGKILL' }, player.pid]);
  assert.ok(endedAt! >= startedAt!);
  closed(record);
  assert.equal(row('worker'), undefined);
});

test('A row says terminated when another process has the number of the one that was meant', async () => {
  const record = newRecord('worker');
  const player = await startPlayer();
  record.pid = player.pid!;
  record.setStage('running');
  assert.equal(row('worker')?.state, 'running');
  const { arena } = here();
  const body = arena.view(record.reference.offset * 64 + BODY_OFFSET, RECORD.sizeBytes);
  new Float64Array(body)[RECORD.birth / 8] = startTimeOf(player.pid!) - 1;
  const { state, kernelState } = row('worker')!;
  assert.deepEqual([state, kernelState], ['terminated', null]);
  await kill(player);
  closed(record);
});

test('A thread that is not in its target yet is ready', () => {
  const record = newRecord('thread', 'thread');
  record.setStage('ready');
  record.pid = process.pid;
  record.thread = 12345;
  const { state, kind, thread, pid } = row('thread')!;
  assert.deepEqual([state, kind, thread, pid], ['ready', 'thread', 12345, process.pid]);
  closed(record);
});

for (const kind of KINDS) {
  for (const [target, form] of [
    [takeBlocking, 'blocks'],
    [takeAwaiting, 'awaits'],
  ] as const) {
    test(`A ${kind} that ${form} for a lock is blocked on it, by its name`, async () => {
      const lock = new Lock({ name: `stock of ${kind} that ${form}` });
      const told = new Queue<string>();
      const held = await lock.acquire();
      const child = await start(kind, target, [lock, told]);
      await told.get(HANG_GUARD);
      const text = `Lock "stock of ${kind} that ${form}"`;
      let found: ProcessRow | undefined;
      // It wakes now and then to look by itself.
      await until('it is blocked', () => {
        found = processTable().find((one) => one.blockedOn === text && one.kernelState === 'S');
        return found !== undefined;
      });
      assert.ok(found);
      assert.deepEqual([found.state, found.kind], ['blocked', kind]);
      if (form === 'blocks')
        await until('it is noted where', () =>
          /onlooked\.ts:\d+/.test(processTable().find((one) => one.blockedOn === text)?.blockedAt ?? ''),
        );
      assert.equal(found.thread > 0, kind === 'thread');
      assert.equal(found.residentBytes === null, kind === 'thread');
      held.release();
      await child.result();
      assert.ok(processTable().every(({ blockedOn }) => blockedOn !== text));
    });
  }
}
