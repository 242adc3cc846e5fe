/** A parcel keeps a packed value, and whatever it refers to, until nobody can ask for it any more. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, SharedArray } from '../../../src/index.ts';
import { makeParcel, openParcel, parcelReference } from '../../../src/ipc/parcel.ts';
import { here, referenceOf } from '../../../src/memory/index.ts';
import { double } from '../../fixtures/ipc/functions.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertGivenBack, collectGarbage, restingBytes, usedBytes } from '../../harness/tree.ts';

endsClean();

test('openParcel() gives what was put in, as often as it is asked', async () => {
  const lock = new Lock();
  const value = { text: 'x'.repeat(20_000), list: [lock, double], none: undefined };
  const parcel = makeParcel(value, 'args');
  for (let times = 0; times < 2; times++) {
    const back = (await openParcel(parcelReference(parcel))) as typeof value;
    assert.deepEqual(back, value);
    assert.equal(back.list[0], lock);
    assert.equal(back.list[1], double);
  }
});

test('The smallest value and one of a mebibyte fit as well', async () => {
  for (const value of [undefined, 'x'.repeat(2 ** 20)]) {
    assert.deepEqual(await openParcel(parcelReference(makeParcel(value, 'result'))), value);
  }
});

test('What cannot cross makes no parcel, counts no handle, and is named by its path', () => {
  const before = usedBytes();
  const lock = new Lock();
  const after = usedBytes();
  assert.throws(() => makeParcel([lock, () => 1], 'args'), { message: /args\[1\]/ });
  assert.equal(usedBytes(), after);
  const reference = referenceOf(lock);
  assert.ok(reference && after > before);
  assert.equal(here().objects.find(reference)?.flights, 0);
});

test('What is inside a parcel lives with it, and goes with it', async () => {
  const before = await restingBytes();
  let parcel: ReturnType<typeof makeParcel> | undefined = makeParcel(
    { array: new SharedArray('u8', [7]) },
    'args',
  );
  for (let times = 0; times < 5; times++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  const opened = async (): Promise<number[]> => {
    const { array } = (await openParcel(parcelReference(parcel!))) as { array: SharedArray<'u8'> };
    return [...array.view];
  };
  assert.deepEqual(await opened(), [7]);
  parcel = undefined;
  await assertGivenBack(before);
});

test('A parcel that is gone is told as closed', async () => {
  const before = await restingBytes();
  const reference = (() => parcelReference(makeParcel(1, 'args')))();
  await assertGivenBack(before);
  await assert.rejects(openParcel(reference), { name: 'DuodaoError', code: 'closed' });
});
