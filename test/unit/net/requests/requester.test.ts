/** Requests: many at once, each with its own answer, its own time, and its own end. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import {
  connect,
  type DictArguments,
  type DictConnection,
  type DictMessage,
  dictHeader,
  lines,
  requester,
  TcpServer,
} from '../../../../src/net/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { Peer } from '../../../harness/peers.ts';
import { until } from '../../../harness/tree.ts';

endsClean();

/** A server that does with each connection what the test says. */
async function serving(
  handler: (request: DictConnection) => unknown,
): Promise<TcpServer<DictMessage, DictArguments>> {
  return await new TcpServer({ framing: dictHeader(), handler }).listen();
}

/** Answers when it is told to, in any order. */
class Desk {
  readonly asked: { readonly n: unknown; readonly id: unknown; answer(): Promise<void> }[] = [];
  readonly handler = async (request: DictConnection): Promise<void> => {
    for await (const { header, body } of request) {
      const { n, x_id: id } = header;
      this.asked.push({ n, id, answer: () => request.send({ n, x_reply_to: id }, `to ${body.toString()}`) });
    }
  };
}

test('Requests are answered in any order, each by its own answer', async () => {
  const desk = new Desk();
  const server = await serving(desk.handler);
  using clerk = requester(server.address);
  const answers = [1, 2, 3].map((n) => clerk.request({ n }, `body ${n}`));
  await until('all have come', () => desk.asked.length === 3);
  assert.deepEqual([clerk.inFlight, clerk.waiting, clerk.state], [3, 0, 'connected']);
  assert.equal(new Set(desk.asked.map(({ id }) => id)).size, 3);
  for (const index of [2, 0, 1]) await desk.asked[index]!.answer();
  const got = (await Promise.all(answers)).map(({ header, body }) => [header['n'], body.toString()]);
  assert.deepEqual(got, [
    [1, 'to body 1'],
    [2, 'to body 2'],
    [3, 'to body 3'],
  ]);
  assert.equal(clerk.inFlight, 0);
  clerk.close();
  await server.close();
});

test('One that is out of time or aborted leaves the others, and its late answer is thrown away', async () => {
  const desk = new Desk();
  const server = await serving(desk.handler);
  using clerk = requester(server.address);
  // So that it is sent before it can be late.
  await until('it is connected', () => clerk.state === 'connected');
  const off = new AbortController();
  const late = assert.rejects(clerk.request({ n: 1 }, '', { timeoutMs: 5 }), {
    code: 'timed-out',
    message: /answer did not happen within 5 ms$/,
  });
  const aborted = clerk.request({ n: 2 }, '', { signal: off.signal });
  const kept = clerk.request({ n: 3 });
  await until('all have come', () => desk.asked.length === 3);
  await late;
  off.abort(new Error('off'));
  await assert.rejects(aborted, /off/);
  assert.equal(clerk.inFlight, 1);
  for (const one of desk.asked) await one.answer();
  assert.equal((await kept).header['n'], 3);
  assert.deepEqual([clerk.lateAnswers, clerk.strayMessages, clerk.state], [2, 0, 'connected']);
  clerk.close();
  await server.close();
});

test('No more are in flight than may be; the others wait their turn', async () => {
  const desk = new Desk();
  const server = await serving(desk.handler);
  using clerk = requester(server.address, { maxInFlight: 2 });
  const off = new AbortController();
  const answers = [1, 2, 3, 4, 5].map((n) =>
    clerk
      .request({ n }, '', n === 3 ? { signal: off.signal } : undefined)
      .catch((error: Error) => error.message),
  );
  await until('two have come', () => desk.asked.length === 2);
  await turn();
  assert.deepEqual([desk.asked.length, clerk.inFlight, clerk.waiting], [2, 2, 3]);
  off.abort(new Error('off'));
  assert.equal(await answers[2], 'off');
  await desk.asked[1]!.answer();
  await until('the next has come', () => desk.asked.length === 3);
  assert.equal(desk.asked[2]?.n, 4);
  await desk.asked[0]!.answer();
  await until('the last has come', () => desk.asked.length === 4);
  for (const one of desk.asked.slice(2)) await one.answer();
  await Promise.all(answers);
  assert.deepEqual([clerk.inFlight, clerk.waiting, clerk.lateAnswers], [0, 0, 0]);
  clerk.close();
  await server.close();
});

test('Requests wait for a connection, within bounds and for their time', async () => {
  const absent = await Peer.absent();
  using clerk = requester(absent.address, { maxWaiting: 2, jitter: () => 0 });
  await until('a try has failed', () => clerk.state === 'waiting');
  const late = assert.rejects(clerk.request({ n: 1 }, '', { timeoutMs: 5 }), {
    code: 'timed-out',
    message: /ECONNREFUSED/,
  });
  const closed = clerk.request({ n: 2 });
  await assert.rejects(clerk.request({ n: 3 }), { code: 'over-limit' });
  await late;
  await assert.rejects(clerk.request({ n: 3 }, '', { timeoutMs: 0 }), { code: 'timed-out' });
  assert.equal(clerk.waiting, 1);
  clerk.close();
  await assert.rejects(closed, { code: 'closed' });
  await assert.rejects(clerk.request({}), { code: 'closed' });
  assert.equal(clerk.state, 'closed');
  await clerk.closed;
  using small = requester(absent.address, { maxWaitingBytes: 10 });
  await assert.rejects(small.request({ n: 1 }), { code: 'over-limit', facts: { limit: 10, bytes: 34 } });
});

test('What makes no request is refused, and costs nothing', async () => {
  const desk = new Desk();
  const server = await serving(desk.handler);
  using clerk = requester(server.address, { maxMessageBytes: 100 });
  await assert.rejects(clerk.request({ x_id: 1 }), TypeError);
  await assert.rejects(clerk.request({ when: new Date() }), TypeError);
  await assert.rejects(clerk.request({}, 5 as never), TypeError);
  await assert.rejects(clerk.request({}, 'x'.repeat(101)), { code: 'over-limit' });
  await assert.rejects(clerk.request({}, '', { timeoutMs: -1 }), RangeError);
  await assert.rejects(clerk.request({}, '', { signal: AbortSignal.abort(new Error('off')) }), /off/);
  await until('it is connected', () => clerk.state === 'connected');
  await assert.rejects(clerk.request({}, { file: '/no/such/file' }), { code: 'ENOENT' });
  await assert.rejects(clerk.request({ n: 1 }, '', { timeoutMs: 0 }), { code: 'timed-out' });
  const last = clerk.request({ n: 2 });
  await until('a request has come', () => desk.asked.length > 0);
  assert.deepEqual(
    desk.asked.map(({ n }) => n),
    [2],
  );
  await desk.asked[0]!.answer();
  await last;
  assert.deepEqual([clerk.inFlight, clerk.waiting, clerk.state], [0, 0, 'connected']);
  clerk.close();
  await server.close();
});

test('What makes no requester is refused', async () => {
  const server = await serving(new Desk().handler);
  const connection = await connect(server.address, { framing: dictHeader() });
  const other = await connect(server.address, { framing: lines() });
  const wrong = (to: unknown, options: object, error: RegExp): void => {
    assert.throws(() => requester(to as never, options), error);
  };
  wrong(server.address, { framing: dictHeader() }, /TypeError.*framing/);
  wrong(server.address, { maxInFlight: 0 }, /RangeError.*maxInFlight/);
  wrong(server.address, { maxInflight: 1 }, /TypeError.*maxInflight/);
  wrong(connection, { attempts: 3 }, /TypeError.*attempts/);
  wrong(other, {}, /TypeError.*lines/);
  wrong('nonsense', {}, /RangeError/);
  connection.close();
  other.close();
  await server.close();
});

test('A requester over a connection ends with it, and with it alone', async () => {
  const server = await serving(async (request) => {
    await request.receive();
    await request.receive();
  });
  const connection = await connect(server.address, { framing: dictHeader() });
  using clerk = requester(connection, { maxInFlight: 2 });
  const answers = [1, 2, 3].map((n) => clerk.request({ n }));
  for (const answer of answers) await assert.rejects(answer, { code: 'closed' });
  await clerk.closed;
  assert.equal(clerk.state, 'closed');
  await assert.rejects(clerk.request({}), { code: 'closed' });
  await connection.closed;
  await server.close();
});

test('The end of a connection is the end of what is in flight, and no more', async () => {
  const peer = await Peer.listen();
  using clerk = requester(peer.address, { jitter: () => 0, maxInFlight: 1 });
  const broken = clerk.request({ n: 1 });
  const answered = clerk.request({ n: 2 });
  const first = await peer.next();
  await until('it is in flight', () => clerk.inFlight === 1);
  first.resetAndDestroy();
  await assert.rejects(broken, { code: 'broken', message: /whether it was carried out is not known/ });
  const second = await peer.next();
  await until('it is in flight', () => clerk.inFlight === 1);
  const answer = '{"x_reply_to":2}';
  second.end(Buffer.concat([Buffer.from([answer.length, 0, 0, 0]), Buffer.from(answer)]));
  // What was answered before the end is no victim of it.
  assert.deepEqual((await answered).header, { x_reply_to: 2 });
  clerk.close();
  await peer.stop();
});

test('Words of the other side about what failed come as an error of ours', async () => {
  const server = await serving(async (request) => {
    for await (const { header } of request)
      await request.send({ x_reply_to: header['x_id'], x_error: { name: 'RangeError', message: 'too big' } });
  });
  using clerk = requester(server.address);
  await assert.rejects(clerk.request({}), {
    code: 'remote',
    facts: { name: 'RangeError', message: 'too big' },
  });
  clerk.close();
  await server.close();
});

test('A wrong key ends a requester, and whoever waits is told', async () => {
  const server = await new TcpServer({
    framing: dictHeader(),
    handler: () => undefined,
    authKey: 'right',
  }).listen();
  const clerk = requester(server.address, { authKey: 'wrong' });
  await assert.rejects(clerk.request({}), { code: 'auth' });
  await clerk.closed;
  await assert.rejects(clerk.request({}), { code: 'auth' });
  await server.close();
});

test('A signal ends a requester with its reason, whatever its requests are at', async () => {
  const desk = new Desk();
  const server = await serving(desk.handler);
  const off = new AbortController();
  const clerk = requester(server.address, { signal: off.signal, maxInFlight: 1 });
  const waits = [clerk.request({ n: 1 }), clerk.request({ n: 2 })];
  await until('one is in flight', () => desk.asked.length === 1);
  off.abort(new Error('enough'));
  for (const wait of waits) await assert.rejects(wait, /^Error: enough$/);
  await clerk.closed;
  await assert.rejects(clerk.request({}), /enough/);
  await server.close();
});

test('close() gives up all requests, and tells of those in flight that they may have been carried out', async () => {
  const desk = new Desk();
  const server = await serving(desk.handler);
  const clerk = requester(server.address, { maxInFlight: 1 });
  const waits = [clerk.request({ n: 1 }), clerk.request({ n: 2 })];
  await until('one is in flight', () => desk.asked.length === 1);
  clerk.close();
  await assert.rejects(waits[0]!, { code: 'closed', message: /whether it was carried out is not known/ });
  await assert.rejects(waits[1]!, { code: 'closed', message: 'This requester is closed' });
  assert.deepEqual([clerk.inFlight, clerk.waiting, clerk.state], [0, 0, 'closed']);
  await server.close();
});
