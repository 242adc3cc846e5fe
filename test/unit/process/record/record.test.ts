/**
 * The record of a process, by itself: what it says, who is woken when, and that it accounts for all that it holds.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lock } from '../../../../src/index.ts';
import { makeParcel, openParcel } from '../../../../src/ipc/index.ts';
import { here } from '../../../../src/memory/here.ts';
import { BODY_OFFSET } from '../../../../src/memory/index.ts';
import { ProcessRecord } from '../../../../src/process/record/record.ts';
import { assertGivenBack, restingBytes, usedBytes } from '../../../harness/tree.ts';

function makeRecord(args: unknown = [], daemon = false): ProcessRecord {
  return ProcessRecord.create(
    'worker',
    daemon,
    makeParcel({ orders: 1 }, 'orders'),
    makeParcel(args, 'args'),
  );
}

/** Another access to the same record, as another process has it. */
function again(record: ProcessRecord): ProcessRecord {
  return ProcessRecord.open(record.reference.offset, record.reference.serial);
}

async function opened(reference: Parameters<typeof openParcel>[0] | undefined): Promise<unknown> {
  assert.ok(reference);
  return openParcel(reference);
}

test('ProcessRecord holds what the process is told, until it is dropped', async () => {
  const record = makeRecord([1, 'two'], true);
  const child = again(record);
  assert.deepEqual(
    [child.stage, child.outcome, child.daemon, child.result],
    ['new', 'none', true, undefined],
  );
  assert.deepEqual(await opened(child.args), [1, 'two']);
  assert.deepEqual(await opened(child.orders), { orders: 1 });
  child.dropOrders();
  record.dropOrders();
  assert.deepEqual([record.args, record.orders], [undefined, undefined]);
  assert.equal(makeRecord().daemon, false);
});

test('ProcessRecord that nobody holds gives up all that is in it, and has nobody look through the arena', (t) => {
  const before = usedBytes();
  const record = makeRecord(['x']);
  record.deliver('value', makeParcel('y', 'result'));
  const looks = t.mock.method(here().heap, 'pieces');
  record.close();
  assert.equal(looks.mock.callCount(), 0);
  assert.ok(usedBytes() <= before); // less, when the garbage of others went meanwhile
});

test('ProcessRecord tells each access of stage, outcome and result', async () => {
  const record = makeRecord();
  const child = again(record);
  for (const stage of ['ready', 'running', 'terminated'] as const) {
    child.setStage(stage);
    assert.equal(record.stage, stage);
  }
  child.deliver('value', makeParcel(undefined, 'result'));
  assert.equal(record.outcome, 'value');
  assert.equal(await opened(record.result), undefined);
  const failed = makeRecord();
  again(failed).deliver('error', makeParcel(new RangeError('no'), 'error'));
  assert.equal(failed.outcome, 'error');
  assert.ok((await opened(failed.result)) instanceof RangeError);
});

test('ProcessRecord wakes those who wait for an answer, though others wait for the end before them', async () => {
  const record = makeRecord();
  const order: string[] = [];
  const isOver = (): true | undefined => (record.stage === 'terminated' ? true : undefined);
  const answer = (): string | undefined => (record.outcome === 'none' ? isOver() && 'gone' : record.outcome);
  const waits = [
    record.until('end', 'The end', isOver, undefined).then(() => order.push('end')),
    record.until('answer', 'The answer', answer, undefined).then((it) => order.push(it)),
    record.until('answer', 'The answer', answer, undefined).then((it) => order.push(it)),
  ];
  again(record).deliver('value', makeParcel(1, 'result'));
  await Promise.all(waits.slice(1));
  assert.deepEqual(order, ['value', 'value']);
  record.setStage('running'); // not what anybody waits for
  again(record).setStage('terminated');
  await waits[0];
  assert.deepEqual(order, ['value', 'value', 'end']);
  assert.equal(here().netHits, 0);
});

test('ProcessRecord wakes those who wait for an answer when none can come any more', async () => {
  const record = makeRecord();
  const look = (): true | undefined => (record.stage === 'terminated' ? true : undefined);
  const gone = record.until('answer', 'The answer', look, undefined);
  const impatient = record.until('answer', 'The answer', look, { timeoutMs: 0 });
  await assert.rejects(impatient, { code: 'timed-out', message: /^The answer / });
  again(record).setStage('terminated');
  assert.equal(await gone, true);
  assert.equal(here().netHits, 0);
});

test('ProcessRecord that somebody died in is put in order: nobody sleeps for ever', async () => {
  const record = makeRecord();
  const object = here().objects.find(record.reference);
  assert.ok(object);
  const look = (): true | undefined => (record.stage === 'terminated' ? true : undefined);
  const waits = (['end', 'answer'] as const).map((milestone) => record.until(milestone, '', look, undefined));
  // As if the last one inside had died between a bit and its count.
  object.guard.take();
  object.words.fill(0, (BODY_OFFSET + 64) / 4, (BODY_OFFSET + 72) / 4);
  object.guard.give(false);
  record.setStage('terminated');
  assert.deepEqual(await Promise.all(waits), [true, true]);
  assert.equal(here().netHits, 0);
});

test('ProcessRecord gives back all that it held, dropped or not, and keeps what its parcels hold', async () => {
  const resting = await restingBytes();
  await (async () => {
    const record = makeRecord([new Lock({ name: 'inside' })]);
    const child = again(record);
    record.deliver('value', makeParcel([new Lock()], 'result'));
    // Nobody has the locks in his hands, but the parcels do.
    const busy = await restingBytes();
    assert.ok(busy > resting);
    const [lock] = (await opened(child.args)) as [Lock];
    const held = lock.acquireSync();
    assert.equal(lock.isLocked, true);
    held.release();
    const [other] = (await opened(record.result)) as [Lock];
    assert.equal(other.isLocked, false);
    child.dropOrders();
    makeRecord(['x'.repeat(100_000)]); // let go of with its orders still in it
  })();
  await assertGivenBack(resting);
});
