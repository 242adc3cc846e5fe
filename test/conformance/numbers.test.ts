/** What a value and an array promise between participants, the same for processes and for worker threads. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Scalar, SharedArray, Value } from '../../src/index.ts';
import {
  addOften,
  addUnderLock,
  exchangeOften,
  fillUp,
  moveSum,
  readNamed,
} from '../fixtures/ipc/numbers.ts';
import { endsClean } from '../harness/clean-end.ts';
import { KINDS, start } from '../harness/participants.ts';

endsClean();

const TIMES = 20_000;
const LIMITS: Readonly<Record<Scalar, number | bigint>> = {
  i8: 127,
  u8: 255,
  i16: 32767,
  u16: 65535,
  i32: 2 ** 31 - 1,
  u32: 2 ** 32 - 1,
  i64: 2n ** 63n - 1n,
  u64: 2n ** 64n - 1n,
  f32: 1.5,
  f64: 0.1,
};

for (const kind of KINDS) {
  test(`Value.add() from four participants, each a ${kind}, adds up`, async () => {
    const value = new Value('i32');
    const big = new Value('u64');
    const others = await Promise.all(
      [value, value, big, big].map((one) => start(kind, addOften, [one, TIMES])),
    );
    addOften(value, TIMES);
    for (const other of others) await other.result();
    assert.equal(value.value, 3 * TIMES);
    assert.equal(big.value, BigInt(2 * TIMES));
  });

  test(`Value.compareExchange() loses no step between a ${kind} and us`, async () => {
    const value = new Value('i32');
    const other = await start(kind, exchangeOften, [value, TIMES]);
    exchangeOften(value, TIMES);
    await other.result();
    assert.equal(value.value, 2 * TIMES);
  });

  test(`The lock of a value keeps a ${kind} and us apart`, async () => {
    const value = new Value('f64');
    const others = await Promise.all(
      (['awaits', 'blocks'] as const).map((form) => start(kind, addUnderLock, [value, 1000, form])),
    );
    await addUnderLock(value, 1000, 'awaits');
    for (const other of others) await other.result();
    assert.equal(value.value, 1500);
    assert.equal(value.lock.isLocked, false);
  });

  test(`A value of every type is the same number in a ${kind}`, async () => {
    const types = Object.keys(LIMITS) as Scalar[];
    const values = types.map((type) => new Value(type, LIMITS[type] as never));
    const zeros = types.map((type) => (typeof LIMITS[type] === 'bigint' ? 0n : 0));
    const other = await start(kind, fillUp, [values as never, zeros]);
    assert.deepEqual(await other.result(), Object.values(LIMITS));
    assert.deepEqual(
      values.map(({ value }) => value),
      zeros,
    );
  });

  test(`Value.named() finds the value in a ${kind}`, async () => {
    Value.named(`left for a ${kind}`, 'i64', 7n);
    assert.equal(await (await start(kind, readNamed, [`left for a ${kind}`, 'i64'])).result(), 7n);
  });

  test(`An array is one memory with a ${kind}, however large`, async () => {
    const array = new SharedArray('i32', 100_000);
    array.view.fill(1);
    const other = await start(kind, moveSum, [array]);
    assert.equal(await other.result(), 100_000);
    assert.equal(array.view[99_999], 100_000);
    assert.ok(array.view.subarray(0, -1).every((number) => number === 0));
  });
}
