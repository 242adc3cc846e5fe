/**
 * Framings as plain data, and back.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  dictHeader,
  type Framing,
  type FramingSpec,
  framingOf,
  lengthPrefixed,
  lines,
  pythonConnection,
  raw,
} from '../../../../src/wire/index.ts';
import { LIMITS } from './streams.ts';

test('framingOf() makes the same framing again, of data that has been anywhere', () => {
  const framings: readonly (readonly [Framing, message: readonly unknown[]])[] = [
    [raw(), ['m']],
    [lines({ newline: '\0', encoding: 'latin1' }), ['é']],
    [lengthPrefixed({ bytes: 3, endian: 'big', signed: true }), ['m']],
    [dictHeader(), [{ a: 1 }, 'm']],
    [pythonConnection({ authKey: 'k' }), ['m']],
  ];
  for (const [framing, message] of framings) {
    const again = framingOf(JSON.parse(JSON.stringify(framing.spec)) as FramingSpec);
    assert.deepEqual(again.spec, framing.spec);
    assert.equal(again.name, framing.name);
    assert.deepEqual(again.encode(message, LIMITS), framing.encode(message, LIMITS));
  }
});

test('framingOf() refuses a kind that there is not', () => {
  assert.throws(() => framingOf({ kind: 'morse' } as unknown as FramingSpec), {
    name: 'RangeError',
    message: /current value is "morse"/,
  });
});
