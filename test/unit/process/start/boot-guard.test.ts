/**
 * All that a module sets off at its import sees the boot, however late it runs; nothing that a target does
 * sees it, though the target is of the same module.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBooting, runTarget, whileBooting } from '../../../../src/process/start/boot-guard.ts';
import { seen } from '../../../fixtures/functions/boot-log.ts';

test('isBooting() follows an import into all that it started, and not into the target', async () => {
  const boot = await whileBooting(() => import('../../../fixtures/functions/boot.ts'));
  assert.equal(isBooting(), false);
  assert.equal(await runTarget(() => boot.target()), 'done');
  await boot.settle();

  const moments = [...seen.keys()];
  assert.deepEqual(
    moments.filter((moment) => seen.get(moment)),
    moments.filter((moment) => !moment.includes('target')),
  );
  assert.equal(moments.length, 22);
});

test('isBooting() is false in a program that boots nothing', () => {
  assert.equal(isBooting(), false);
});

test('whileBooting() gives what the load gives, and passes on how it fails', async () => {
  assert.equal(await whileBooting(() => Promise.resolve(isBooting())), true);
  await assert.rejects(
    whileBooting(() => Promise.reject(new RangeError('no'))),
    RangeError,
  );
  assert.equal(isBooting(), false);
});

test('runTarget() leaves the boot also when it is called inside one', async () => {
  const inside = await whileBooting(async () => {
    const direct = runTarget(isBooting);
    const later = await runTarget(async () => {
      await Promise.resolve();
      return isBooting();
    });
    return [direct, later, isBooting()];
  });
  assert.deepEqual(inside, [false, false, true]);
});

test('runTarget() passes on what the target gives and throws', () => {
  assert.equal(
    runTarget(() => 3),
    3,
  );
  assert.throws(
    () =>
      runTarget(() => {
        throw new RangeError('no');
      }),
    RangeError,
  );
});
