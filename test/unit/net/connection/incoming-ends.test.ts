/**
 * How what arrives is over: ends in order and in the middle, bytes that are no messages, and servers that close.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError } from '../../../../src/base/index.ts';
import { lengthPrefixed } from '../../../../src/wire/index.ts';
import { prefixed } from '../../../harness/peer.ts';
import {
  bytes,
  CLOSING,
  incoming,
  LIMITS,
  LOST,
  ofBytes,
  ofLines,
  OVER,
  ownDecoder,
} from './incoming-parts.ts';

test('What was whole before an end is received before it, and the end is told each time', async () => {
  const heard = ofLines();
  const { line } = heard;
  line.arrived(bytes('one\ntwo\nlast'));
  line.ended(OVER);
  line.ended(LOST);
  assert.equal(line.end, OVER);
  for (const text of ['one', 'two', 'last']) assert.equal(await line.receive(undefined), text);
  for (let round = 0; round < 2; round++) await assert.rejects(line.receive(undefined), { code: 'closed' });
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'closed' });
  assert.deepEqual([heard.broke, heard.held], [[], 0]);
});

test('All who wait are told of an end, and those who have something else for that get it', async () => {
  const { line } = ofLines();
  const first = assert.rejects(line.receive(undefined), { code: 'closed' });
  const second = line.wait(line, undefined, 'nothing');
  line.ended(OVER);
  await first;
  assert.equal(await second, 'nothing');
  assert.equal(await line.wait(line, undefined, 'nothing'), 'nothing');
  assert.equal(line.isWaitedFor, false);
});

test('Only an orderly end is given as something else', async () => {
  const { line } = ofLines();
  const waiting = line.wait(line, undefined, 'nothing');
  line.ended(LOST);
  await assert.rejects(waiting, { code: 'broken' });
  await assert.rejects(line.wait(line, undefined, 'nothing'), { code: 'broken' });
});

/** How a stream that ends in the middle of a message is over, for its receiver. */
for (const [how, ending, expected] of [
  ['with an end', OVER, { code: 'broken', message: /ended in the middle of a message/ }],
  ['as it was lost', LOST, { code: 'broken', message: /was lost/ }],
] as const) {
  test(`A message that is cut short ${how} is broken, and what was before it is received`, async () => {
    const heard = ofBytes();
    const { line } = heard;
    line.arrived(Buffer.concat([prefixed('whole'), prefixed('cut').subarray(0, 5)]));
    line.ended(ending);
    assert.equal(String(await line.receive(undefined)), 'whole');
    await assert.rejects(line.receive(undefined), expected);
    await assert.rejects(line.receive(undefined), expected);
    assert.deepEqual(
      heard.broke.map(({ code }) => code),
      ['broken'],
    );
    assert.equal(heard.held, 0);
  });
}

test('Bytes that break the format end the stream after what was whole before them', async () => {
  const heard = incoming(lengthPrefixed({ signed: true }).decoder(LIMITS));
  const { line } = heard;
  line.arrived(Buffer.concat([prefixed('whole'), Buffer.from([255, 255, 255, 255])]));
  assert.equal(String(await line.receive(undefined)), 'whole');
  await assert.rejects(line.receive(undefined), { code: 'protocol' });
  line.arrived(prefixed('more'));
  await assert.rejects(line.receive(undefined), { code: 'protocol' });
  assert.equal(heard.broke.length, 1);
  assert.equal(heard.held, 0);
});

/** What a decoder of a user's own may throw, and what whoever receives is told. */
const THROWN: readonly (readonly [what: string, thrown: unknown, told: (error: unknown) => boolean])[] = [
  ['an error', new Error('mine'), (error) => (error as Error).message === 'mine'],
  ['text', 'mine', (error) => error === 'mine'],
  ['a DuodaoError', new DuodaoError('over-limit', 'mine'), (e) => (e as DuodaoError).code === 'over-limit'],
  ['undefined', undefined, (error) => error instanceof DuodaoError && error.code === 'protocol'],
  ['null', null, (error) => error === null || (error as DuodaoError).code === 'protocol'],
  ['what is no text', Object.create(null), (error) => typeof error === 'object'],
  ['a symbol', Symbol('mine'), (error) => typeof error === 'symbol'],
];
for (const method of ['push', 'next', 'end'] as const) {
  for (const [what, thrown, isTold] of THROWN) {
    test(`A decoder of a user's own that throws ${what} in ${method}() ends its stream`, async () => {
      const fail = (): never => {
        throw thrown;
      };
      const { line } = incoming(ownDecoder({ [method]: fail }));
      const waiting = assert.rejects(line.receive(undefined), isTold);
      line.arrived(bytes(method === 'end' ? '' : 'x'));
      if (method === 'end') line.ended(OVER);
      await waiting;
      await assert.rejects(line.receive(undefined), isTold);
      line.arrived(bytes('y'));
      line.ended(LOST);
      await assert.rejects(line.receive(undefined), isTold);
    });
  }
}

test('When it drains, whoever waits between messages is told at once, and one that has begun is received', async () => {
  const idle = ofLines();
  const waiting = assert.rejects(idle.line.receive(undefined), { message: /server is closing/ });
  idle.line.drain(CLOSING);
  await waiting;
  const { line } = ofBytes();
  const begun = line.receive(undefined);
  const message = prefixed('begun');
  line.arrived(message.subarray(0, 6));
  line.drain(CLOSING);
  assert.equal(line.isInside, true);
  line.arrived(message.subarray(6));
  assert.equal(String(await begun), 'begun');
  await assert.rejects(line.receive(undefined), { message: /server is closing/ });
});

test('What is there when it drains is received first, also by one who has had his turn', async () => {
  const { line } = ofBytes();
  line.arrived(
    Buffer.concat([...new Array<Buffer>(400).fill(prefixed('x')), prefixed('tail').subarray(0, 5)]),
  );
  for (let round = 0; round < 255; round++) await line.receive(undefined);
  const afterTurn = line.receive(undefined);
  line.drain(CLOSING);
  assert.equal(String(await afterTurn), 'x');
  for (let round = 0; round < 144; round++) assert.equal(String(await line.receive(undefined)), 'x');
  const tail = line.receive(undefined);
  line.arrived(prefixed('tail').subarray(5));
  assert.equal(String(await tail), 'tail');
  await assert.rejects(line.receive(undefined), { message: /server is closing/ });
});

test('Whether a message has begun is only asked of a decoder that has been asked for all before it', async () => {
  let isInside = false;
  const held: number[] = [];
  const { line } = incoming({
    push: (some) => void held.push(...some),
    next: () => {
      const message = held.length > 1 ? held.splice(0, 2)[0] : undefined;
      isInside = held.length === 1; // as promised: right once next() has answered undefined
      return message;
    },
    end: () => undefined,
    heldBytes: 0,
    get isInside() {
      return isInside;
    },
  });
  line.arrived(Buffer.alloc(2 * 256 + 1, 7));
  for (let round = 0; round < 255; round++) await line.receive(undefined);
  isInside = false;
  const asked = [line.receive(undefined), line.receive(undefined)];
  line.drain(CLOSING);
  line.arrived(Buffer.from([7]));
  assert.deepEqual(await Promise.all(asked), [7, 7]);
});

test('One who polls while it drains is told that it is over', async () => {
  const { line } = ofLines();
  line.arrived(bytes('one\n'));
  line.drain(CLOSING);
  assert.equal(await line.receive({ timeoutMs: 0 }), 'one');
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'closed' });
});

test('When it drains after the next message, that one is the last', async () => {
  const { line } = ofLines();
  line.drainAfterNext(CLOSING);
  const [one, two] = [line.receive(undefined), line.receive(undefined)];
  const refused = assert.rejects(two, { message: /server is closing/ });
  line.arrived(bytes('one\n'));
  assert.equal(await one, 'one');
  await refused;
});

test('What is given up is received by nobody, and held for nobody', async () => {
  const heard = ofLines();
  const { line } = heard;
  line.arrived(bytes('one\ntwo\n'));
  assert.equal(heard.held, 8);
  line.abandon(CLOSING);
  line.release();
  assert.equal(heard.held, 0);
  line.arrived(bytes('three\n'));
  await assert.rejects(line.receive(undefined), { code: 'closed' });
  assert.equal(heard.held, 0);
});
