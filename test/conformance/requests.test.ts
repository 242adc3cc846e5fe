/**
 * What is promised of requests: each settles once, with its own answer or an error that says what is known; none is
 * carried out twice; and nothing that another side says disturbs those that it does not concern.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as netConnect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { answering, dictHeader, requester, type Requester, TcpServer } from '../../src/net/index.ts';
import { endsClean } from '../harness/clean-end.ts';
import { OWN_HOST } from '../harness/loopback.ts';
import { Peer, textFrom } from '../harness/peers.ts';
import { run } from '../harness/programs.ts';
import { until } from '../harness/tree.ts';

endsClean();

type Outcome = 'answered' | 'broken' | 'closed';

/** How each request ended. That one settles twice would be seen as a count that is too high. */
class Book {
  readonly outcomes: Map<number, Outcome> = new Map();
  settled = 0;
  readonly #clerk: Requester;

  constructor(clerk: Requester) {
    this.#clerk = clerk;
  }

  ask(n: number): Promise<void> {
    const note = (outcome: Outcome): void => {
      this.settled++;
      this.outcomes.set(n, outcome);
    };
    return this.#clerk.request({ n }).then(
      ({ header }) => {
        assert.equal(header['n'], n, 'an answer of its own');
        note('answered');
      },
      ({ code }: { code: Outcome }) => note(code),
    );
  }

  of(outcome: Outcome): number[] {
    return [...this.outcomes].filter(([, one]) => one === outcome).map(([n]) => n);
  }
}

test('A server that is killed and started again executes no request twice, and each settles once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'duodao-requests-'));
  const ledger = join(folder, 'ledger');
  const first = run('net/ledger-server.ts', [ledger, OWN_HOST, '0', '150']);
  const port = await first.line();
  const clerk = requester(`${OWN_HOST}:${port}`, { maxInFlight: 40, minDelayMs: 5, maxDelayMs: 20 });
  const book = new Book(clerk);
  const asked = Array.from({ length: 400 }, (_, n) => book.ask(n));
  assert.equal((await first.end).signal, 'SIGKILL');
  const second = run('net/ledger-server.ts', [ledger, OWN_HOST, port]);
  try {
    assert.equal(await second.line(), port);
    await Promise.all(asked);
  } finally {
    clerk.close();
    second.process.kill();
    await second.end;
  }
  const executed = readFileSync(ledger, 'utf8').trim().split('\n').map(Number);
  rmSync(folder, { recursive: true });
  assert.equal(book.settled, 400);
  assert.equal(new Set(executed).size, executed.length, 'none is executed twice');
  const lost = [...book.of('broken'), ...book.of('closed')];
  assert.ok(lost.length >= 1 && lost.length <= 40, `${lost.length} were in flight at the kill`);
  const answered = book.of('answered');
  assert.equal(answered.length + lost.length, 400);
  assert.ok(executed.length >= answered.length && answered.every((n) => executed.includes(n)));
  // The one at which it was killed is written down, and nobody was told.
  assert.ok(lost.includes(executed[149]!));
});

test('A thousand requests in flight over one connection have their own answers, in any order', async () => {
  const held: (() => void)[] = [];
  const handler = answering(
    async ({ n }, body) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return { header: { n }, body: `${body.toString()}!` };
    },
    { concurrency: 1000 },
  );
  const server = await new TcpServer({ framing: dictHeader(), handler }).listen();
  using clerk = requester(server.address);
  const answers = Array.from({ length: 1000 }, (_, n) => clerk.request({ n }, `body ${n}`));
  await until('all are at work', () => held.length === 1000);
  assert.deepEqual([clerk.inFlight, server.stats().accepted], [1000, 1]);
  // Every seventh, and so on: 7 and 1000 have no common divisor, so it comes to all of them.
  for (let count = 0, at = 0; count < 1000; count++, at = (at + 7) % 1000) held[at]!();
  const got = await Promise.all(answers);
  assert.ok(got.every(({ header, body }, n) => header['n'] === n && body.toString() === `body ${n}!`));
  assert.deepEqual([clerk.inFlight, clerk.lateAnswers, clerk.strayMessages], [0, 0, 0]);
  clerk.close();
  await server.close();
});

test('A slow request holds nobody, and neither does one that was given up', async () => {
  let release: () => void = () => undefined;
  const handler = answering(async ({ slow }) => {
    if (slow === true)
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    return 'done';
  });
  const server = await new TcpServer({ framing: dictHeader(), handler }).listen();
  using clerk = requester(server.address, { maxInFlight: 2 });
  const off = new AbortController();
  const slow = clerk.request({ slow: true }, '', { signal: off.signal });
  for (let count = 0; count < 200; count++) await clerk.request({});
  assert.equal(clerk.inFlight, 1);
  off.abort(new Error('off'));
  await assert.rejects(slow, /off/);
  const late = assert.rejects(clerk.request({ slow: true }, '', { timeoutMs: 20 }), { code: 'timed-out' });
  for (let count = 0; count < 200; count++) await clerk.request({});
  await late;
  release();
  await until('its answer has been thrown away', () => clerk.lateAnswers >= 1);
  assert.equal((await clerk.request({})).body.toString(), 'done');
  assert.equal(server.stats().accepted, 1);
  clerk.close();
  await server.close();
});

/** A message as bytes, whatever is in it. */
function frame(text: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32LE(Buffer.byteLength(text));
  return Buffer.concat([head, Buffer.from(text)]);
}

async function hostile(): Promise<{ clerk: Requester; socket: Socket; peer: Peer }> {
  const peer = await Peer.listen();
  const clerk = requester(peer.address, { jitter: () => 0 });
  return { clerk, peer, socket: await peer.next() };
}

test('Answers that answer nothing are thrown away and counted, and the right ones are still taken', async () => {
  const { clerk, peer, socket } = await hostile();
  const first = clerk.request({ n: 1 });
  const second = clerk.request({ n: 2 });
  await textFrom(socket, 60);
  const strays = [
    '{}',
    '{"x_reply_to":3}', //                    nobody asked
    '{"x_reply_to":0}',
    '{"x_reply_to":-1}',
    '{"x_reply_to":1.5}',
    '{"x_reply_to":1e300}',
    '{"x_reply_to":1e400}',
    '{"x_reply_to":9007199254740993}',
    '{"x_reply_to":"1"}', //                  of another type
    '{"x_reply_to":[1]}',
    '{"x_reply_to":{"valueOf":1}}',
    '{"x_reply_to":null}',
    '{"x_reply_to":true}',
    `{"x_reply_to":"${'9'.repeat(10_000)}"}`,
    '{"x_id":1}', //                          a request
    '{"__proto__":{"x_reply_to":1}}',
    '{"x_error":{"name":"Error"}}',
  ];
  for (const stray of strays) socket.write(frame(stray));
  socket.write(frame('{"x_reply_to":2,"n":2}'));
  assert.equal((await second).header['n'], 2);
  assert.deepEqual([clerk.strayMessages, clerk.lateAnswers, clerk.inFlight], [strays.length, 0, 1]);
  for (let times = 0; times < 3; times++) socket.write(frame('{"x_reply_to":2,"n":"again"}'));
  socket.write(frame('{"x_reply_to":1,"x_error":{"name":{},"message":7,"stack":["at"],"code":null}}'));
  await assert.rejects(first, { code: 'remote', facts: { name: 'Error', message: '' } });
  assert.deepEqual([clerk.strayMessages, clerk.lateAnswers, clerk.state], [strays.length, 3, 'connected']);
  clerk.close();
  await peer.stop();
});

for (const [what, bytes] of [
  ['no object', frame('[1]')],
  ['no JSON', frame('{"x_reply_to":')],
  ['a length that is none', Buffer.from([0, 0, 0, 0])],
  ['a body beyond the limit', frame('{"x_reply_to":1,"file_size":99999999999}')],
] as const) {
  test(`An answer with ${what} costs its connection, and the next one serves`, async () => {
    const { clerk, peer, socket } = await hostile();
    const lost = clerk.request({ n: 1 });
    await textFrom(socket, 30);
    socket.write(bytes);
    await assert.rejects(lost, { code: 'broken' });
    const next = clerk.request({ n: 2 });
    const honest = await peer.next();
    await textFrom(honest, 30);
    honest.write(frame('{"x_reply_to":1}'));
    honest.write(frame('{"x_reply_to":2,"n":2}'));
    assert.equal((await next).header['n'], 2);
    assert.equal(clerk.lateAnswers, 1);
    clerk.close();
    await peer.stop();
  });
}

test('A client that reads no answers holds up itself alone, and is not worked for without end', async () => {
  let begun = 0;
  const handler = answering(() => {
    begun++;
    return Buffer.alloc(300_000);
  });
  const server = await new TcpServer({ framing: dictHeader(), handler }).listen();
  const deaf = netConnect(server.address);
  for (let id = 0; id < 1000; id++) deaf.write(frame(`{"x_id":${id}}`));
  await until('it is worked for', () => begun >= 64);
  using clerk = requester(server.address);
  for (let count = 0; count < 50; count++) assert.equal((await clerk.request({})).body.length, 300_000);
  // 64 at once, and those whose answers the kernel has taken.
  assert.ok(begun < 50 + 500, `${begun} were begun`);
  deaf.destroy();
  clerk.close();
  await server.close();
});
