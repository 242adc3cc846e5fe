/** Short texts in shared memory: what fits comes back, what does not is cut at a character, and hostile bytes do no harm. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { labelFits, readLabel, writeLabel } from '../../../src/memory/label.ts';

test('writeLabel keeps what fits, and readLabel gives it back', () => {
  const bytes = new Uint8Array(64);
  for (const text of ['', 'seats', '多道', 'x'.repeat(63), '😀']) {
    writeLabel(bytes, text);
    assert.equal(readLabel(bytes), text);
    assert.ok(labelFits(text, 64));
  }
});

test('writeLabel cuts at a whole character', () => {
  const bytes = new Uint8Array(8);
  writeLabel(bytes, '多道程序');
  assert.equal(readLabel(bytes), '多道');
  assert.ok(!labelFits('多道程序', 8));
});

test('readLabel ends inside its bytes, whatever they say', () => {
  const bytes = new Uint8Array(16).fill(0xff);
  assert.equal(readLabel(bytes).length, 15);
});
