/** Whoever oversees a line decides when its server may take a request, and notes how long it stood. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Caller, Line, Overseer, Server } from '../../../../src/ipc/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';

endsClean();

test('A server takes one request each time that it is let', async () => {
  const line = Line.make('gated', true);
  const [caller, server, overseer] = [new Caller(line), new Server(line), new Overseer(line)];
  for (const value of [1, 2]) caller.send(1, 0, [value]);
  caller.publish();
  assert.ok(!server.hasWork);
  assert.ok(!server.take());
  const work = server.untilWork();
  overseer.open();
  await work;
  assert.ok(server.take());
  assert.deepEqual(server.load(), [1]);
  assert.ok(!overseer.isAnswered(1));
  assert.ok(!server.take(), 'one at a time');
  server.tryAnswer(2, true, 0, 'done', 'result');
  assert.ok(overseer.isAnswered(1));
  assert.ok(!overseer.isAnswered(2));
  overseer.open();
  assert.ok(server.take());
  assert.deepEqual(server.load(), [2]);
  caller.leave();
});

test('The time in which a server stood is known to its caller, also while it stands', () => {
  const line = Line.make('gated', true);
  const [caller, overseer] = [new Caller(line), new Overseer(line)];
  caller.send(1, 0, [1]);
  caller.publish();
  overseer.open();
  assert.equal(caller.pausedMs(50), 0);
  overseer.pause(100);
  assert.equal(caller.pausedMs(130), 30);
  overseer.resume(140);
  assert.equal(caller.pausedMs(500), 40);
  overseer.pause(600);
  assert.equal(caller.pausedMs(610), 50);
  overseer.resume(620);
  assert.equal(caller.pausedMs(0), 60);
  caller.takeBack();
  overseer.open();
  assert.equal(caller.pausedMs(1000), 0, 'the next request begins anew');
  caller.leave();
});
