/** A line about how something goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusLine, type StatusStream } from '../../../src/cli/status-line.ts';

class Stream implements StatusStream {
  columns = 80;
  writableNeedDrain = false;
  text = '';
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

function lineOn(stream: Stream, inPlace: boolean): StatusLine {
  let count = 0;
  return new StatusLine({ stream, inPlace, everyMs: 1000, line: () => `line ${++count}` });
}

test('On a terminal the line is redrawn in place, and taken away before anything else', () => {
  const stream = new Stream();
  const line = lineOn(stream, true);
  line.draw();
  line.draw();
  line.clear();
  line.clear();
  line.close();
  assert.equal(stream.text, '\r\u001b[Kline 1\r\u001b[Kline 2\r\u001b[K');
});

test('Elsewhere each is a line of its own, which is left standing', () => {
  const stream = new Stream();
  const line = lineOn(stream, false);
  line.draw();
  line.clear();
  line.draw();
  line.close();
  assert.equal(stream.text, 'line 1\nline 2\n');
});

test('A line fits into a narrow terminal, and is left out while the reader is behind', () => {
  const stream = new Stream();
  stream.columns = 5;
  const line = lineOn(stream, true);
  line.draw();
  stream.writableNeedDrain = true;
  line.draw();
  assert.equal(stream.text, '\r\u001b[Kline');
  stream.writableNeedDrain = false;
  line.close();
});
