/** Output that was lost is a failure; output that nobody wants any more is not. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { DuodaoError } from '../../../src/base/index.ts';
import { print } from '../../../src/cli/print.ts';
import { failing, Kept } from './scratch.ts';

test('print resolves when the stream has taken the text', async () => {
  const taken: string[] = [];
  const slow = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      setImmediate(() => {
        taken.push(chunk.toString());
        done();
      });
    },
  });
  await print(slow, 'text');
  assert.deepEqual(taken, ['text']);
});

test('print says nothing when the reader is gone, the first time and after', async () => {
  const gone = failing('EPIPE');
  await print(gone, 'a');
  await print(gone, 'b');
  assert.equal(gone.destroyed, true);
});

test('print rejects when the text could not be stored', async () => {
  await assert.rejects(
    print(failing('ENOSPC'), 'a'),
    (error) => error instanceof DuodaoError && error.code === 'broken' && error.facts['system'] === 'ENOSPC',
  );
});

test('print listens for errors once, however often it is called', async () => {
  const stream = new Kept();
  for (let count = 0; count < 20; count++) await print(stream, 'x');
  assert.equal(stream.listenerCount('error'), 1);
  assert.equal(stream.text, 'x'.repeat(20));
});
