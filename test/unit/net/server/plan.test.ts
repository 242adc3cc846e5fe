/** Framings of options, as they are planned and made again. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { framingBy, framingFrom, planOf } from '../../../../src/net/server/plan.ts';
import {
  dictHeader,
  type Framing,
  lengthPrefixed,
  lines,
  pythonConnection,
  raw,
} from '../../../../src/wire/index.ts';

const OURS: readonly (() => Framing<never, never>)[] = [
  raw,
  lines,
  () => lines({ newline: ';', encoding: 'latin1' }),
  () => lengthPrefixed({ bytes: 2, endian: 'big', signed: true }),
  dictHeader,
  pythonConnection,
] as never;

for (const make of OURS) {
  const framing = make();
  const spec = JSON.stringify(framing.spec);
  test(`The framing ${framing.name} is planned as plain data, and made again the same: ${spec}`, () => {
    assert.equal(framingFrom(framing), framing);
    for (const option of [framing, make]) {
      const plan = planOf(option);
      assert.deepEqual(plan, framing.spec);
      assert.deepEqual(framingBy(structuredClone(plan) as never).spec, framing.spec);
    }
  });
}

test('A framing of a user’s own is planned as the function that makes it, which is called each time', () => {
  let made = 0;
  const own = { name: 'own', decoder: lines().decoder, encode: lines().encode };
  const make = (): Framing<string, readonly [string]> => {
    made++;
    return own;
  };
  const plan = planOf(make);
  assert.equal(plan, make);
  const before = made;
  assert.equal(framingBy(plan), own);
  assert.equal(made, before + 1);
  assert.throws(() => planOf(own), {
    name: 'TypeError',
    message: /^Cannot use the framing own in threads/,
  });
});

test('What makes no framing is refused, and what a maker throws is thrown', () => {
  for (const [option, kind] of [
    [null, 'null'],
    ['lines', 'string'],
    [{}, 'object'],
    [() => undefined, 'undefined'],
  ])
    assert.throws(() => framingFrom(option as never), {
      name: 'TypeError',
      message: new RegExp(`^Cannot use a framing as it must be one, .*: it is ${kind as string}$`),
    });
  const fails = (): never => {
    throw new Error('mine');
  };
  assert.throws(() => framingFrom(fails), { message: 'mine' });
});
