/** The framing that was asked for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framingFor } from '../../../../src/cli/serve/framing.ts';

test('A framing is found by its name', () => {
  assert.equal(framingFor('lines').name, 'lines');
  assert.deepEqual(framingFor('length:2:big').spec, {
    kind: 'length-prefixed',
    bytes: 2,
    endian: 'big',
    signed: false,
  });
});

test('A name that is none is answered with the one that was meant', () => {
  assert.throws(
    () => framingFor('lnies'),
    /^UsageError: --framing must be raw, .* it is "lnies"; did you mean lines\?$/,
  );
  assert.throws(() => framingFor('lenght:4:big'), /did you mean length:4:big\?$/);
  assert.throws(() => framingFor('length:9'), /it is "length:9"$/);
});
