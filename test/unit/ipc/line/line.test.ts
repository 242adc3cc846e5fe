/** A line between a caller and a server, both in this thread: whatever is sent arrives once, in order, as it was. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Answer, Caller, Line, loadOf, packedOf, Server } from '../../../../src/ipc/index.ts';
import { FRAME_WORDS_LIMIT, RING_WORDS } from '../../../../src/ipc/line/line-shape.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { assertGivenBack, restingBytes } from '../../../harness/tree.ts';

endsClean();

const [CALL, VALUE, PART] = [1, 2, 3];

interface Both {
  readonly line: Line;
  readonly caller: Caller;
  readonly server: Server;
}

function both(isGated = false): Both {
  const line = Line.make('tried', isGated);
  return { line, caller: new Caller(line), server: new Server(line) };
}

function send({ caller }: Both, ...values: unknown[]): boolean {
  const isSent = caller.send(CALL, 7, loadOf(values, 'args'));
  caller.publish();
  return isSent;
}

/** Answers with the value, as a worker does. */
function answer({ server }: Both, value: unknown, isFinal = true): boolean {
  return server.tryReply(isFinal ? VALUE : PART, isFinal, 1.5, packedOf(value, 'result'));
}

function answers({ caller }: Both): unknown[] {
  const found: unknown[] = [];
  caller.read(({ value, failure }: Answer) => found.push(failure ?? value));
  return found;
}

test('Requests and answers arrive in order, and as they were', () => {
  const value = fc.oneof(
    { weight: 5, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(undefined)) },
    { weight: 2, arbitrary: fc.string({ maxLength: 3000 }).map((text) => ({ text })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(FRAME_WORDS_LIMIT * 2, FRAME_WORDS_LIMIT * 8)
        .map((size) => 'y'.repeat(size)),
    },
  );
  const step = fc.oneof(
    { weight: 4, arbitrary: value.map((one) => ({ what: 'send', one }) as const) },
    { weight: 4, arbitrary: fc.constant({ what: 'serve' } as const) },
    { weight: 2, arbitrary: fc.constant({ what: 'read' } as const) },
    { weight: 1, arbitrary: fc.constant({ what: 'take back' } as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), (steps) => {
      const pair = both();
      const [asked, answered]: [unknown[], unknown[]] = [[], []];
      for (const one of steps) {
        if (one.what === 'send') {
          if (send(pair, one.one)) asked.push(one.one);
        } else if (one.what === 'serve') {
          assert.equal(pair.server.take(), asked.length > 0);
          if (asked.length === 0) continue;
          const [first] = pair.server.load() as readonly unknown[];
          assert.deepEqual(first, asked.shift());
          assert.ok(answer(pair, first), 'answers of one request each have room');
          answered.push(first);
        } else if (one.what === 'read') assert.deepEqual(answers(pair), answered.splice(0));
        else assert.equal(pair.caller.takeBack(), asked.splice(0).length);
        assert.equal(pair.caller.open, asked.length + answered.length);
      }
      assert.deepEqual(answers(pair), answered);
      pair.caller.leave();
    }),
    { numRuns: 60 },
  );
});

test('A full ring takes no more, and takes again what fits when something has been answered', () => {
  const pair = both();
  let sent = 0;
  while (send(pair, { text: 'x'.repeat(4000) })) sent++;
  assert.ok(sent >= RING_WORDS / 1100 && sent < RING_WORDS / 900, String(sent));
  assert.ok(pair.server.take());
  assert.ok(answer(pair, 0));
  assert.ok(!send(pair, { text: 'x'.repeat(4000) }), 'the answer has not been read');
  assert.deepEqual(answers(pair), [0]);
  assert.ok(send(pair, { text: 'x'.repeat(4000) }));
  pair.caller.leave();
});

test('A ring of answers that is full refuses, and the server goes on when the caller has read', async () => {
  const pair = both();
  send(pair, 1);
  pair.server.take();
  let parts = 0;
  while (answer(pair, 'x'.repeat(5000), false)) parts++;
  const room = pair.server.untilRoom();
  assert.equal(answers(pair).length, parts);
  await room;
  assert.ok(answer(pair, 'end'));
  assert.deepEqual(answers(pair), ['end']);
  pair.caller.leave();
});

test('A caller that sleeps is woken by an answer, a server by a request, an abort and the end', async () => {
  const pair = both();
  const work = pair.server.untilWork();
  send(pair, 1);
  await work;
  assert.ok(pair.server.take());
  const aborted = pair.server.untilAborted(new AbortController().signal);
  assert.ok(!pair.server.isAborted);
  pair.caller.abort();
  await aborted;
  assert.ok(pair.server.isAborted);
  const heard = pair.caller.sleep(new AbortController().signal);
  answer(pair, 2);
  await heard;
  assert.deepEqual(answers(pair), [2]);
  const end = pair.server.untilWork();
  pair.caller.close();
  await end;
  assert.ok(pair.server.isClosing);
  pair.caller.leave();
});

test('An abort is of one request: the next one is not given up', () => {
  const pair = both();
  send(pair, 1);
  send(pair, 2);
  pair.server.take();
  pair.caller.abort();
  assert.ok(pair.server.isAborted);
  answer(pair, 1);
  pair.server.take();
  assert.ok(!pair.server.isAborted);
  pair.caller.leave();
});

test('What has not been published cannot be taken, and can be taken back', () => {
  const pair = both();
  pair.caller.send(CALL, 1, [1]);
  assert.ok(!pair.server.take());
  assert.equal(pair.caller.takeBack(), 1);
  pair.caller.publish();
  assert.ok(!pair.server.take());
  send(pair, 2);
  assert.ok(pair.server.take());
  assert.deepEqual(pair.server.load(), [2]);
  pair.caller.leave();
});

test('The caller sees whether the oldest request has begun, since when, and whether it looks for its end', () => {
  const pair = both();
  send(pair, 1);
  assert.ok(!pair.caller.isBegun);
  pair.server.take();
  pair.server.note(1234.5);
  assert.ok(pair.caller.isBegun);
  assert.equal(pair.caller.since, 1234.5);
  assert.ok(!pair.caller.isCooperative);
  pair.server.cooperate();
  assert.ok(pair.caller.isCooperative);
  pair.server.note(0);
  assert.ok(!pair.caller.isCooperative, 'the next one is another one');
  pair.caller.leave();
});

test('A line that is left is given back, with what lay in it', async () => {
  const before = await restingBytes();
  const pair = both();
  send(pair, { text: 'x'.repeat(FRAME_WORDS_LIMIT * 8) });
  pair.server.take();
  answer(pair, 'y'.repeat(FRAME_WORDS_LIMIT * 8));
  send(pair, { text: 'z'.repeat(FRAME_WORDS_LIMIT * 8) });
  pair.caller.leave();
  await assertGivenBack(before);
});
