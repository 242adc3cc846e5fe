/**
 * A new array is all zero, whoever has used its memory before, however large it is and however its last user went.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SharedArray } from '../../../src/index.ts';
import { BLOCK_LIMIT_BYTES } from '../../../src/memory/slab-shape.ts';
import { here, referenceOf } from '../../../src/memory/index.ts';
import { fillArrayAndStay } from '../../fixtures/ipc/array-fillers.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { start } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes } from '../../harness/tree.ts';

endsClean();

const DIRT = 0xa5;
/** Just too large for a block among others, one of the largest blocks, and one of many pages. */
const SIZES = [8000, BLOCK_LIMIT_BYTES - 1024, 200_000] as const;

/** Makes an array, looks at every byte of it, and gives it dirty to the collector. Tells where it was. */
function useOnce(bytes: number): number {
  const array = new SharedArray('u8', bytes);
  assert.ok(array.view.every((byte) => byte === 0));
  array.view.fill(DIRT);
  return placeOf(array);
}

function placeOf(array: SharedArray): number {
  const reference = referenceOf(array);
  assert.ok(reference);
  return reference.offset;
}

for (const bytes of SIZES) {
  test(`A new array of ${bytes} bytes is all zero when its memory was used before`, async () => {
    const before = await restingBytes();
    const places = new Set<number>();
    for (let round = 0; round < 4; round++) {
      places.add(useOnce(bytes));
      await assertGivenBack(before);
    }
    assert.ok(places.size < 4, 'memory was used again');
  });
}

test('A new array of 8000 bytes is all zero when its memory was that of a process that was killed', async () => {
  const spent = here().heap.usage().usedBytes;
  const inbox = new SharedArray('i32', 1);
  const writer = await start('process', fillArrayAndStay, [inbox, 8000, DIRT]);
  while (Atomics.load(inbox.view, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  const place = Atomics.load(inbox.view, 0);
  assert.ok(here().heap.usage().usedBytes > spent + 8000);
  await writer.kill();
  const arrays: SharedArray<'u8'>[] = [];
  const isThere = (): boolean => arrays.some((array) => placeOf(array) === place);
  while (!isThere() && arrays.length < 64) arrays.push(new SharedArray('u8', 8000));
  assert.ok(isThere(), 'the memory of the dead was used again');
  for (const array of arrays) assert.ok(array.view.every((byte) => byte === 0));
});
