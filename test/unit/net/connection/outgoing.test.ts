/** What is sent, over a socket that takes what a test lets it: order, waits that end early, and bodies in pieces. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import test from 'node:test';
import type { DuodaoError } from '../../../../src/base/index.ts';
import { Ending } from '../../../../src/net/connection/ending.ts';
import { Outgoing, type Pieces, type Whole } from '../../../../src/net/connection/outgoing.ts';
import { FakeSocket } from './fake-socket.ts';

const ENDED = new Ending('closed', 'this side has ended');
const LOST = new Ending('broken', 'the connection was lost');
const LARGE = 300 * 1024;

interface Fixture {
  readonly socket: FakeSocket;
  readonly out: Outgoing;
  readonly destroyed: DuodaoError[];
  readonly heard: { wrote: number };
  /** Has the socket take all that it holds, until nothing more comes. */
  take(): Promise<void>;
  text(): string;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function outgoing(): Fixture {
  const socket = new FakeSocket();
  const destroyed: DuodaoError[] = [];
  const heard = { wrote: 0, gave: 0 };
  const out: Outgoing = new Outgoing(socket as unknown as Socket, {
    wrote: () => void heard.wrote++,
    gave: (bytes) => void (heard.gave += bytes),
    destroy: (error) => {
      destroyed.push(error);
      out.abandon(LOST);
    },
  });
  const take = async (): Promise<void> => {
    do {
      socket.writableLength = 0;
      socket.writableNeedDrain = false;
      out.drain();
      await turn();
    } while (socket.writableNeedDrain);
  };
  return { socket, out, destroyed, heard, take, text: () => Buffer.concat(socket.written).toString() };
}

const bytes = (text: string): Uint8Array[] => [Buffer.from(text)];
const large = (): Uint8Array[] => [Buffer.alloc(LARGE, 'L')];

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await turn();
    yield Buffer.from(text);
  }
}

/** A message whose body comes in pieces, of which is counted how often it was opened and released. */
function whole(
  size: number,
  pieces: Pieces['pieces'],
): (() => Promise<Whole>) & { opened: number; released: number } {
  const open = async (): Promise<Whole> => {
    open.opened++;
    const release = async (): Promise<void> => void open.released++;
    return { head: Buffer.from('head:'), body: { size, pieces, release } };
  };
  open.opened = open.released = 0;
  return open;
}

test('Small messages are written at once, while the socket takes them', async () => {
  const { socket, out, heard, text } = outgoing();
  const sent = [out.send(bytes('one '), undefined), out.send([...bytes('t'), ...bytes('wo')], undefined)];
  assert.equal(text(), 'one two');
  assert.deepEqual([heard.wrote, socket.corked, out.isBehind, out.isIdle], [2, 0, true, true]);
  await Promise.all(sent);
});

test('Messages wait before their first byte while the socket is to drain, and then go in their order', async () => {
  const { socket, out, heard, take, text } = outgoing();
  const done: string[] = [];
  const send = (name: string): Promise<void> =>
    out.send(bytes(name), undefined).then(() => void done.push(name));
  socket.writableNeedDrain = true;
  const all = Promise.all(['a', 'b', 'c'].map(send));
  await turn();
  assert.deepEqual([text(), heard.wrote, out.isIdle], ['', 0, false]);
  await take();
  await all;
  assert.deepEqual([text(), done, heard.wrote, out.isIdle], ['abc', ['a', 'b', 'c'], 3, true]);
});

test('A large message goes in pieces of a megabyte, each when the one before it is taken', async () => {
  const { socket, out, take } = outgoing();
  const size = 2.5 * 1024 * 1024;
  const sending = out.send([Buffer.alloc(size)], undefined);
  await turn();
  assert.deepEqual(
    socket.written.map((piece) => piece.length),
    [1024 * 1024],
  );
  await take();
  await sending;
  assert.deepEqual(
    socket.written.map((piece) => piece.length),
    [2 ** 20, 2 ** 20, 2 ** 19],
  );
});

test('Several small pieces that are large together wait as one large message does', async () => {
  const { socket, out, take } = outgoing();
  const pieces = Array.from({ length: 3 }, () => Buffer.alloc(100 * 1024));
  const sending = out.send(pieces, undefined);
  await turn();
  assert.equal(socket.written.length, 1);
  await take();
  await sending;
  assert.equal(socket.written.length, 3);
});

test('A message that is out of time, or called off, before its turn has sent nothing', async () => {
  const { out, destroyed, take, text } = outgoing();
  const controller = new AbortController();
  const first = out.send(large(), undefined);
  const late = assert.rejects(out.send(bytes('late'), { timeoutMs: 1 }), { code: 'timed-out' });
  const poll = assert.rejects(out.send(bytes('poll'), { timeoutMs: 0 }), { code: 'timed-out' });
  const off = assert.rejects(out.send(bytes('off'), { signal: controller.signal }), { message: 'enough' });
  const last = out.send(bytes('last'), { timeoutMs: 60_000 });
  controller.abort(new Error('enough'));
  await Promise.all([late, poll, off]);
  await take();
  await Promise.all([first, last]);
  assert.equal(text(), `${'L'.repeat(LARGE)}last`);
  assert.deepEqual(destroyed, []);
});

test('A wait of no time sends what the socket takes at once', async () => {
  const { socket, out, text } = outgoing();
  socket.takesAtOnce = true;
  await out.send(bytes('small'), { timeoutMs: 0 });
  await out.send(large(), { timeoutMs: 0 });
  assert.equal(text().length, 5 + LARGE);
});

test('What cannot be waited for is refused before anything is written', async () => {
  const { out, text } = outgoing();
  await assert.rejects(out.send(bytes('x'), { timeoutMs: -1 }), RangeError);
  await assert.rejects(out.send(bytes('x'), { signal: AbortSignal.abort(new Error('no')) }), {
    message: 'no',
  });
  const open = whole(1, chunks('x'));
  await assert.rejects(out.sendPieces(open, { signal: AbortSignal.abort(new Error('no')) }), {
    message: 'no',
  });
  await assert.rejects(out.sendPieces(open, { timeoutMs: Number.NaN }), RangeError);
  assert.deepEqual([text(), open.opened], ['', 0]);
});

test('A message that has begun and is given up ends the connection, and what is behind it fails', async () => {
  const { out, destroyed } = outgoing();
  const controller = new AbortController();
  const begun = assert.rejects(out.send(large(), { signal: controller.signal }), { message: 'enough' });
  const behind = assert.rejects(out.send(bytes('behind'), undefined), { code: 'broken' });
  await turn();
  controller.abort(new Error('enough'));
  await Promise.all([begun, behind]);
  assert.deepEqual(
    destroyed.map(({ code, message }) => [code, message]),
    [['broken', 'The connection was ended, as a message that had begun was given up']],
  );
  await assert.rejects(out.send(bytes('more'), undefined), { code: 'broken' });
});

test('A body in pieces is opened when it is its turn, sent behind its head, and released', async () => {
  const { socket, out, heard, take, text } = outgoing();
  socket.writableNeedDrain = true;
  const open = whole(6, chunks('abc', 'def'));
  const [first, second, third] = [
    out.send(bytes('1'), undefined),
    out.sendPieces(open, undefined),
    out.send(bytes('3'), undefined),
  ];
  await turn();
  assert.equal(open.opened, 0);
  await take();
  await Promise.all([first, second, third]);
  assert.deepEqual([text(), heard.wrote, open.opened, open.released], ['1head:abcdef3', 3, 1, 1]);
});

/** Bodies that are not what was said of them, and how that is told. */
const WRONG: Readonly<Record<string, readonly [size: number, pieces: () => unknown, told: RegExp]>> = {
  'is longer than said': [4, () => chunks('abc', 'def'), /^Cannot send a body of more bytes .* more than 4$/],
  'is shorter than said': [7, () => chunks('abc', 'def'), /^Cannot send a body of fewer bytes .* 6 of 7$/],
  'gives no bytes': [3, () => ['abc'], /^Cannot send a body as its pieces must be bytes: one is string$/],
  fails: [
    6,
    async function* () {
      yield* chunks('abc');
      throw new Error('the disk is gone');
    },
    /^the disk is gone$/,
  ],
};
for (const [what, [size, pieces, told]] of Object.entries(WRONG)) {
  test(`A body that ${what} ends the connection, and is released`, async () => {
    const { out, destroyed } = outgoing();
    const open = whole(size, pieces() as Pieces['pieces']);
    const sending = assert.rejects(out.sendPieces(open, undefined), { message: told });
    const behind = assert.rejects(out.send(bytes('x'), undefined), { code: 'broken' });
    await Promise.all([sending, behind]);
    assert.deepEqual([destroyed.length, destroyed[0]?.code, open.released], [1, 'broken', 1]);
    assert.match((destroyed[0]!.cause as Error).message, told);
  });
}

test('A body that cannot be opened fails alone', async () => {
  const { out, destroyed, text } = outgoing();
  const failing = out.sendPieces(() => Promise.reject(new Error('no such file')), undefined);
  const next = out.send(bytes('next'), undefined);
  await assert.rejects(failing, { message: 'no such file' });
  await next;
  assert.deepEqual([text(), destroyed], ['next', []]);
});

test('A body that is given up while it is opened is released, has sent nothing, and ends nothing', async () => {
  const { out, destroyed, text } = outgoing();
  const controller = new AbortController();
  const open = whole(3, chunks('abc'));
  let go!: () => void;
  const gate = new Promise<void>((resolve) => (go = resolve));
  const slow = async (): Promise<Whole> => {
    const opened = await open();
    await gate;
    return opened;
  };
  const given = assert.rejects(out.sendPieces(slow, { signal: controller.signal }), { message: 'enough' });
  const next = out.send(bytes('next'), undefined);
  await turn();
  controller.abort(new Error('enough'));
  await given;
  go();
  await next;
  assert.deepEqual([text(), open.opened, open.released, destroyed], ['next', 1, 1, []]);
});

test('When it finishes, what was sent before goes first, and nothing more is taken', async () => {
  const { socket, out, take, text } = outgoing();
  socket.writableNeedDrain = true;
  const [one, two] = [out.send(bytes('one '), undefined), out.send(bytes('two'), undefined)];
  let emptyAt: string | undefined;
  out.finish(ENDED, () => (emptyAt = text()));
  out.finish(ENDED, () => assert.fail('it has one who is told'));
  await assert.rejects(out.send(bytes('three'), undefined), { message: 'this side has ended' });
  await assert.rejects(out.sendPieces(whole(0, chunks()), undefined), { code: 'closed' });
  assert.equal(emptyAt, undefined);
  await take();
  await Promise.all([one, two]);
  assert.equal(emptyAt, 'one two');
  assert.equal(out.end, ENDED);
});

test('When it finishes with nothing to send, that is told at once', async () => {
  const { out } = outgoing();
  let isTold = false;
  out.finish(ENDED, () => (isTold = true));
  assert.equal(isTold, true);
  await assert.rejects(out.send(bytes('x'), undefined), { code: 'closed' });
});

test('When it is abandoned, all that waits fails, and what is being sent is released', async () => {
  const { out, destroyed, take } = outgoing();
  const open = whole(10, chunks('x'.repeat(LARGE)));
  const sending = assert.rejects(out.sendPieces(open, { timeoutMs: 60_000 }), { code: 'broken' });
  const behind = assert.rejects(out.send(bytes('x'), undefined), { code: 'broken' });
  await turn();
  out.abandon(LOST);
  out.abandon(ENDED);
  await Promise.all([sending, behind]);
  await take();
  assert.deepEqual([out.end, open.released, destroyed], [LOST, 1, []]);
});
