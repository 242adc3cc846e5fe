/**
 * Framings by the names of the command line.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { framingNamed } from '../../../../src/wire/index.ts';

test('framingNamed() finds every framing, with its options', () => {
  const length = (bytes: number, endian: string, signed: boolean): object => ({
    kind: 'length-prefixed',
    bytes,
    endian,
    signed,
  });
  for (const [name, spec] of [
    ['raw', { kind: 'raw' }],
    ['lines', { kind: 'lines', newline: '\n', encoding: 'utf8' }],
    ['dict', { kind: 'dict-header' }],
    ['python', { kind: 'python-connection' }],
    ['length', length(4, 'little', false)],
    ['length:4', length(4, 'little', false)],
    ['length:2:big', length(2, 'big', false)],
    ['length:8:little:signed', length(8, 'little', true)],
    ['length:big:signed', length(4, 'big', true)],
    ['length:1:unsigned', length(1, 'little', false)],
    ['dictHeader', { kind: 'dict-header' }],
    ['dict-header', { kind: 'dict-header' }],
    ['pythonConnection', { kind: 'python-connection' }],
    ['lengthPrefixed', length(4, 'little', false)],
    ['length-prefixed:2:big', length(2, 'big', false)],
  ] as const)
    assert.deepEqual(framingNamed(name).spec, spec, name);
});

test('framingNamed() takes the name that a framing has', () => {
  for (const name of ['raw', 'lines', 'dict', 'python', 'length:4', 'length:2:big', 'length:3:big:signed'])
    assert.equal(framingNamed(name).name, name);
});

test('framingNamed() says what there is to somebody who asks for something else', () => {
  for (const name of [
    '',
    'RAW',
    'length:9',
    'length:0',
    'length:',
    'length:4:middle',
    'length:big:4',
    'toString',
  ])
    assert.throws(() => framingNamed(name), {
      name: 'RangeError',
      message:
        'Cannot find the framing as it must be one of raw, lines, length:<1 to 8>[:little|:big][:signed], dict, ' +
        `python: current value is "${name}"`,
    });
});
