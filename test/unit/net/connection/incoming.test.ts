/**
 * What arrives, with decoders that do what a test wants: who is served when, what ends a wait, when the socket rests,
 * and how a stream is over.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DuodaoError } from '../../../../src/base/index.ts';
import { Ending } from '../../../../src/net/connection/ending.ts';
import { Incoming, type IncomingEars } from '../../../../src/net/connection/incoming.ts';
import { type FrameDecoder, lengthPrefixed, lines } from '../../../../src/wire/index.ts';
import { prefixed } from '../../../harness/peer.ts';

const LIMITS = { maxMessageBytes: 2 ** 20, maxHeaderBytes: 1000 };
const OVER = new Ending('closed', 'the other side has ended');
const CLOSING = new Ending('closed', 'the server is closing');
const LOST = new Ending('broken', 'the connection was lost');
const READ_AHEAD = 128 * 1024;

interface Heard {
  readonly said: string[];
  held: number;
  broke: Ending[];
}

function incoming<In>(decoder: FrameDecoder<In>): Heard & { readonly line: Incoming<In> } {
  const heard: Heard = { said: [], held: 0, broke: [] };
  const ears: IncomingEars = {
    rest: () => void heard.said.push('rest'),
    goOn: () => void heard.said.push('go on'),
    held: (change, now) => {
      heard.held += change;
      assert.equal(heard.held, now, 'what changed adds up to what is');
    },
    took: () => void heard.said.push('took'),
    broke: (why) => void heard.broke.push(why),
  };
  return Object.assign(heard, { line: new Incoming(decoder, ears) });
}

const ofLines = (): ReturnType<typeof incoming<string>> => incoming(lines().decoder(LIMITS));
const ofBytes = (): ReturnType<typeof incoming<Buffer>> => incoming(lengthPrefixed().decoder(LIMITS));
const bytes = (text: string): Buffer => Buffer.from(text);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A decoder of a user's own, whose messages are single bytes. */
function ownDecoder(changes: Partial<FrameDecoder<number>> = {}): FrameDecoder<number> {
  const held: number[] = [];
  const own = {
    push: (some: Uint8Array) => void held.push(...some),
    next: () => held.shift(),
    end: () => undefined,
    get heldBytes() {
      return held.length;
    },
    isInside: false,
  };
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(changes));
}

test('Messages go to those who wait in the order in which they asked, however they come', async () => {
  const { line } = ofLines();
  const asked = [1, 2, 3, 4].map(() => line.receive(undefined));
  for (const piece of ['on', 'e\ntwo\nthr', 'ee\n', 'four\nfive\n']) line.arrived(bytes(piece));
  assert.deepEqual(await Promise.all(asked), ['one', 'two', 'three', 'four']);
  assert.equal(await line.receive(undefined), 'five');
});

test('A wait that ends early has taken nothing, and leaves its place to those behind it', async () => {
  const { line, said } = ofLines();
  const controller = new AbortController();
  const first = line.receive({ timeoutMs: 60_000 });
  const late = assert.rejects(line.receive({ timeoutMs: 1 }), { code: 'timed-out', facts: { timeoutMs: 1 } });
  const second = line.receive({ timeoutMs: Number.POSITIVE_INFINITY });
  const gone = assert.rejects(line.receive({ signal: controller.signal }), { message: 'enough' });
  const last = line.receive(undefined);
  await late;
  controller.abort(new Error('enough'));
  await gone;
  assert.deepEqual(said, []);
  line.arrived(bytes('one\ntwo\nthree\n'));
  assert.deepEqual(await Promise.all([first, second, last]), ['one', 'two', 'three']);
});

test('Who leaves the end of the line is not waited for by the next one', async () => {
  const { line } = ofLines();
  const controller = new AbortController();
  const first = line.receive(undefined);
  const gone = assert.rejects(line.receive({ signal: controller.signal }));
  controller.abort();
  await gone;
  const second = line.receive(undefined);
  line.arrived(bytes('one\ntwo\n'));
  assert.deepEqual(await Promise.all([first, second]), ['one', 'two']);
});

test('A wait of no time takes what is there, and nothing out of its turn', async () => {
  const { line } = ofLines();
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  line.arrived(bytes('one\ntwo'));
  assert.equal(await line.receive({ timeoutMs: 0 }), 'one');
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  const waiting = line.receive(undefined);
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  line.arrived(bytes('\n'));
  assert.equal(await waiting, 'two');
});

test('A signal that is aborted already wins over a message that is there', async () => {
  const { line } = ofLines();
  line.arrived(bytes('one\n'));
  const reason = new Error('no');
  await assert.rejects(line.receive({ signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(line.receive({ signal: AbortSignal.abort(reason), timeoutMs: 0 }), reason);
  assert.equal(await line.receive(undefined), 'one');
});

test('A wait that cannot be used is refused, though a message is there', async () => {
  const { line } = ofLines();
  line.arrived(bytes('one\n'));
  for (const timeoutMs of [-1, Number.NaN]) await assert.rejects(line.receive({ timeoutMs }), RangeError);
  await assert.rejects(line.receive({ timeoutMs: '5' as never }), TypeError);
  assert.equal(await line.receive({ timeoutMs: 2 ** 40 }), 'one');
});

test('After 256 messages that were there already, others have a turn', async () => {
  const { line } = ofLines();
  line.arrived(bytes('x\n'.repeat(1000)));
  let taken = 0;
  const work = (async () => {
    for (; taken < 1000; taken++) await line.receive(undefined);
  })();
  const seen: number[] = [];
  for (let round = 0; round < 3; round++) {
    await turn();
    seen.push(taken);
  }
  assert.ok(seen[0]! >= 255 && seen[0]! <= 256, `${seen[0]} were taken in the first turn`);
  assert.ok(seen[1]! > seen[0]! && seen[1]! < 1000, `${seen[1]} were taken after the second turn`);
  await work;
});

test('A poll takes any number of messages in one turn', async () => {
  const { line } = ofLines();
  line.arrived(bytes('x\n'.repeat(1000)));
  let isOther = false;
  setImmediate(() => (isOther = true));
  for (let round = 0; round < 1000; round++) await line.receive({ timeoutMs: 0 });
  assert.equal(isOther, false);
});

test('The socket rests when enough is held, and goes on when somebody waits for more than that', async () => {
  const { line, said, held } = ofBytes();
  line.arrived(prefixed(Buffer.alloc(READ_AHEAD - 5)));
  assert.deepEqual([said, held], [[], 0]);
  line.arrived(prefixed('next'));
  line.arrived(prefixed('last'));
  assert.deepEqual(said, ['rest'], 'said once');
  await line.receive(undefined);
  assert.equal(String(await line.receive(undefined)), 'next');
  assert.equal(String(await line.receive(undefined)), 'last');
  assert.deepEqual(said, ['rest', 'took', 'took', 'took']);
  const waiting = line.receive(undefined);
  assert.equal(said.at(-1), 'go on');
  line.arrived(prefixed('more'));
  assert.equal(String(await waiting), 'more');
});

test('The socket goes on reading a long message that somebody waits for', async () => {
  const { line, said } = ofBytes();
  const waiting = line.receive(undefined);
  const message = prefixed(Buffer.alloc(3 * READ_AHEAD));
  for (let at = 0; at < message.length; at += READ_AHEAD) line.arrived(message.subarray(at, at + READ_AHEAD));
  assert.equal((await waiting).length, 3 * READ_AHEAD);
  assert.deepEqual(said, ['took']);
});

test('One who only polls has the socket go on as well', async () => {
  const { line, said } = ofBytes();
  line.arrived(prefixed(Buffer.alloc(READ_AHEAD)));
  assert.deepEqual(said, ['rest']);
  await line.receive({ timeoutMs: 0 });
  assert.deepEqual(said, ['rest', 'took']);
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  assert.deepEqual(said, ['rest', 'took', 'go on']);
});

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

test('It is inside of a message only while one waits for it', async () => {
  const { line } = ofBytes();
  line.arrived(prefixed('message').subarray(0, 6));
  assert.deepEqual([line.isInside, line.isWaitedFor], [false, false]);
  const waiting = line.receive(undefined);
  assert.deepEqual([line.isInside, line.isWaitedFor], [true, true]);
  line.arrived(prefixed('message').subarray(6));
  assert.deepEqual([line.isInside, line.isWaitedFor], [false, false]);
  assert.equal(String(await waiting), 'message');
});
