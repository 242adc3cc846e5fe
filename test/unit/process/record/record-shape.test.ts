/** What onlookers read in the bytes of a record: what was written there, or harmless nonsense. */
import assert from 'node:assert/strict';
import { threadId } from 'node:worker_threads';
import { test } from 'node:test';
import { makeParcel } from '../../../../src/ipc/index.ts';
import { here } from '../../../../src/memory/here.ts';
import { BODY_OFFSET } from '../../../../src/memory/index.ts';
import { startTimeOf } from '../../../../src/platform/index.ts';
import { ProcessRecord } from '../../../../src/process/record/record.ts';
import { RECORD, RECORD_KIND, readRecord } from '../../../../src/process/record/record-shape.ts';

function newRecord(kind?: 'process' | 'thread'): ProcessRecord {
  const [orders, args] = [makeParcel(0, 'orders'), makeParcel([], 'args')];
  return ProcessRecord.create('worker', false, orders, args, undefined, kind);
}

/** The body of a record as an onlooker copies it. */
function bodyOf({ reference: { offset } }: ProcessRecord): ArrayBuffer {
  return here()
    .arena.view(offset * 64 + BODY_OFFSET, RECORD.sizeBytes)
    .slice(0);
}

test('readRecord() reads what parent and process write into the record', () => {
  const record = newRecord();
  const nothing = { pid: 0, thread: 0, birth: 0, startedAt: 0, endedAt: 0, exit: null };
  const before = { ...nothing, ppid: process.pid, kind: 'process', stage: 'new' };
  assert.deepEqual(readRecord(bodyOf(record)), before);
  assert.equal(record.reference.kind, RECORD_KIND);

  record.pid = process.pid;
  record.setStage('running');
  record.setExit({ how: 'killed', signal: 'SIGKILL' });
  record.setStage('terminated');
  const after = readRecord(bodyOf(record));
  assert.deepEqual([after.pid, after.birth], [process.pid, startTimeOf(process.pid)]);
  assert.deepEqual([after.stage, after.exit], ['terminated', { how: 'killed', signal: 'SIGKILL' }]);
  assert.ok(after.startedAt > 0 && after.startedAt <= after.endedAt && after.endedAt <= Date.now());
});

test('readRecord() tells a thread from a process', () => {
  const record = newRecord('thread');
  record.thread = threadId + 7;
  const { kind, thread } = readRecord(bodyOf(record));
  assert.deepEqual([kind, thread], ['thread', threadId + 7]);
});

test('readRecord() makes something of any bytes', () => {
  const nonsense = readRecord(new Uint8Array(RECORD.sizeBytes).fill(0xff).buffer);
  const { stage, kind, birth, startedAt, exit } = nonsense;
  assert.deepEqual(
    { stage, kind, birth, startedAt, exit },
    {
      stage: 'new',
      kind: 'process',
      birth: 0,
      startedAt: 0,
      exit: null,
    },
  );
  const times = new Uint8Array(RECORD.sizeBytes).fill(0x7e).buffer; // about 1e300 ms
  assert.equal(readRecord(times).startedAt, 0);
});
