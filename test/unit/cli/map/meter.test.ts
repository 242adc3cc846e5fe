/** The line about how a run goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '../../../../src/cli/map/meter.ts';

class Stream {
  columns = 80;
  writableNeedDrain = false;
  text = '';
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

const standing = { done: 5, failed: 1, total: 10 };

test('On a terminal the line is redrawn in place, and taken away before anything else', () => {
  const stream = new Stream();
  const meter = new Meter(
    stream,
    true,
    () => standing,
    () => 0,
  );
  meter.draw();
  meter.draw();
  meter.clear();
  meter.clear();
  meter.close();
  const line = '\r\u001b[K5/10 (50 %), 1 failed';
  assert.equal(stream.text, `${line}${line}\r\u001b[K`);
});

test('Elsewhere each is a line of its own', () => {
  const stream = new Stream();
  let now = 0;
  const meter = new Meter(
    stream,
    false,
    () => standing,
    () => now,
  );
  now = 1000;
  meter.draw();
  meter.close();
  assert.equal(stream.text, '5/10 (50 %), 5.0/s, 1 s left, 1 failed\n');
});

test('A line fits into a narrow terminal, and is left out while the reader is behind', () => {
  const stream = new Stream();
  stream.columns = 8;
  const meter = new Meter(
    stream,
    true,
    () => standing,
    () => 0,
  );
  meter.draw();
  assert.equal(stream.text, '\r\u001b[K5/10 (5');
  stream.writableNeedDrain = true;
  meter.draw();
  assert.equal(stream.text, '\r\u001b[K5/10 (5');
  meter.close();
});
