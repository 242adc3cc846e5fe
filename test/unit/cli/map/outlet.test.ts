/** Results on their way out. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { Outlet } from '../../../../src/cli/map/outlet.ts';
import { failing } from '../scratch.ts';

/** A reader that takes a write only when it is told to. */
class Slow extends Writable {
  readonly writes: string[] = [];
  #taken: (() => void) | undefined;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    this.#taken = done;
  }

  take(): void {
    this.#taken?.();
  }
}

test('Lines of one turn go out in one write', async () => {
  const slow = new Slow();
  const outlet = new Outlet(slow);
  for (const line of ['a\n', 'b\n', 'c\n']) outlet.add(line);
  assert.deepEqual(slow.writes, []);
  await turn();
  assert.deepEqual(slow.writes, ['a\nb\nc\n']);
});

test('Lines that come while a write is on its way wait, up to a limit, and go out together', async () => {
  const slow = new Slow();
  const outlet = new Outlet(slow);
  const line = `${'x'.repeat(2 ** 16)}\n`;
  outlet.add(line);
  assert.equal(slow.writes.length, 1);
  for (let count = 0; count < 15; count++) outlet.add(line);
  assert.equal(outlet.isFull, false);
  outlet.add(line);
  assert.equal(outlet.isFull, true);
  let hasRoom = false;
  const room = outlet.room().then(() => (hasRoom = true));
  await turn();
  assert.equal(hasRoom, false);
  slow.take();
  await room;
  assert.equal(slow.writes.length, 2);
  assert.equal(slow.writes[1]!.length, 16 * line.length);
});

test('drained() waits until all is written', async () => {
  const slow = new Slow();
  const outlet = new Outlet(slow);
  outlet.add('a\n');
  const drained = outlet.drained();
  outlet.add('b\n');
  slow.take();
  await turn();
  assert.deepEqual(slow.writes, ['a\n', 'b\n']);
  slow.take();
  await drained;
});

test('A reader that has gone is told of once, and nothing more is written', async () => {
  let ends = 0;
  const outlet = new Outlet(failing('EPIPE'), { onEnd: () => ends++ });
  outlet.add('a\n');
  await outlet.drained();
  outlet.add('b\n');
  await outlet.drained();
  assert.deepEqual([outlet.isGone, outlet.failure, ends], [true, undefined, 1]);
});

test('Output that cannot be stored is a failure', async () => {
  const outlet = new Outlet(failing('ENOSPC'));
  outlet.add('a\n');
  await outlet.drained();
  assert.equal(outlet.isGone, false);
  assert.equal(outlet.failure?.message, 'Cannot write the output: write ENOSPC');
});

test('What stands on the terminal is cleared before each write', async () => {
  const events: string[] = [];
  const stream = new Writable({ write: (chunk, _, done) => (events.push(String(chunk)), done()) });
  const outlet = new Outlet(stream, { onWrite: () => events.push('clear') });
  outlet.add('a\n');
  await outlet.drained();
  assert.deepEqual(events, ['clear', 'a\n']);
});
