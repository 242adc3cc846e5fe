/** Waiting for room in a ring of answers: no reading of the caller goes unheard, whenever it comes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Caller, Line, loadOf, Server } from '../../../../src/ipc/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';

endsClean();

const PART = 3;

test('A server that was refused does not wait for room that the caller has made meanwhile', async () => {
  const line = Line.make('room');
  const [caller, server] = [new Caller(line), new Server(line)];
  caller.send(1, 1, loadOf([1], 'args'));
  caller.publish();
  assert.ok(server.take());
  const fill = (): void => {
    while (server.tryAnswer(PART, false, 0, 1, 'value'));
  };
  fill();
  // The caller reads all there is between the refusal and the wait, and has nothing more to read after that.
  caller.read(() => undefined);
  await server.untilRoom();
  fill();
  caller.read(() => undefined);
  server.untilRoomSync();
  assert.ok(server.tryAnswer(PART, false, 0, 1, 'value'));
  caller.read(() => undefined);
  caller.leave();
});
