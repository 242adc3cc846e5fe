/** What is sent, what is refused, what is made of the kernel's refusals, and that nothing of it ends the program. */
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import test from 'node:test';
import { AT, newRow, type Row } from '../../../../src/net/connection/tally.ts';
import { LONGEST, QUEUE_LIMIT, Sender, type SendingSocket } from '../../../../src/net/udp/sender.ts';

type Callback = (error: Error | null, bytes: number) => void;

/** A socket that takes nothing until it is told how that went. */
class SlowSocket {
  readonly sent: { readonly bytes: Uint8Array; readonly port: number; readonly host: string }[] = [];
  readonly #calls: Callback[] = [];
  queueSize = 0;

  send(bytes: Uint8Array, port: number, host: string, call: Callback): void {
    this.sent.push({ bytes, port, host });
    this.#calls.push(call);
  }

  getSendQueueSize(): number {
    return this.queueSize;
  }

  /** How the oldest went that nothing was said of. */
  went(errno?: string): void {
    this.#calls.shift()?.(errno === undefined ? null : Object.assign(new Error(errno), { code: errno }), 0);
  }
}

const OWN = { host: '127.0.0.1', port: 7 };
const PEER = { host: '127.0.0.1', port: 4000 };

function made(own = OWN): { readonly socket: SlowSocket; readonly sender: Sender; readonly row: Row } {
  const socket = new SlowSocket();
  const row = newRow();
  return { socket, row, sender: new Sender(socket as unknown as SendingSocket, own, row) };
}

test('Sender resolves when the kernel has taken a datagram, and counts it then', async () => {
  const { socket, sender, row } = made();
  let idle = 0;
  sender.onIdle(() => idle++);
  const both = Promise.all([sender.send('grüße', PEER), sender.send(Buffer.alloc(0), PEER)]);
  assert.deepEqual(
    socket.sent.map(({ bytes, port, host }) => [Buffer.from(bytes).toString(), port, host]),
    [
      ['grüße', 4000, '127.0.0.1'],
      ['', 4000, '127.0.0.1'],
    ],
  );
  assert.equal(row[AT.messagesOut], 0);
  assert.equal(sender.isIdle, false);
  socket.went();
  assert.equal(idle, 0);
  socket.went();
  await both;
  assert.equal(idle, 1);
  assert.equal(sender.isIdle, true);
  assert.deepEqual([row[AT.messagesOut], row[AT.bytesOut]], [2, 7]);
});

test('Sender gives the kernel the very bytes that it was given', () => {
  const { socket, sender } = made();
  const bytes = new Uint8Array(3);
  void sender.send(bytes, PEER);
  assert.equal(socket.sent[0]!.bytes, bytes);
});

for (const [host, limit] of [
  ['127.0.0.1', LONGEST[4]],
  ['::1', LONGEST[6]],
] as const)
  test(`Sender refuses more than ${limit} bytes at ${host}, and names both sizes`, async () => {
    const { socket, sender, row } = made({ host, port: 7 });
    const error = { code: 'over-limit', facts: { ...PEER, bytes: limit + 1, limit }, message: /65,?5[02]8/ };
    await assert.rejects(sender.send(Buffer.alloc(limit + 1), PEER), error);
    assert.equal(socket.sent.length, 0);
    assert.equal(row[AT.overLimit], 1);
    void sender.send(Buffer.alloc(limit), PEER);
    assert.equal(socket.sent.length, 1);
  });

/** What the kernel says, what that is, what is counted, and whether it is no fault of the program. */
const REFUSALS = [
  ['EMSGSIZE', 'over-limit', 'overLimit', false, /4 bytes .* EMSGSIZE/],
  ['ENETUNREACH', 'broken', 'broken', true, /127\.0\.0\.1:4000 as the system says ENETUNREACH/],
  ['ECONNREFUSED', 'broken', 'broken', true, /ECONNREFUSED/],
  ['EACCES', 'broken', 'broken', true, /broadcast: true/],
] as const;

for (const [errno, code, count, isOfPeer, text] of REFUSALS)
  test(`Sender rejects with ${code} when the kernel says ${errno}`, async () => {
    const { socket, sender, row } = made();
    const sent = sender.send('1234', PEER);
    socket.went(errno);
    const error: unknown = await sent.catch((reason: unknown) => reason);
    const { code: is, facts, message } = error as { code: string; facts: object; message: string };
    assert.equal(is, code);
    assert.deepEqual(facts, { ...PEER, bytes: 4, errno });
    assert.match(message.replaceAll('(', ''), text);
    assert.equal(sender.isOfPeer(error), isOfPeer);
    assert.equal(row[AT[count]], 1);
    assert.equal(row[AT.messagesOut], 0);
    assert.equal(sender.isIdle, true);
  });

test('Sender sends nothing once it is closed, and says so of what was on its way', async () => {
  const { socket, sender, row } = made();
  const before = sender.send('before', PEER);
  sender.close();
  const after = sender.send('after', PEER);
  socket.went('ECANCELED');
  for (const sent of [before, after]) {
    const error: unknown = await sent.catch((reason: unknown) => reason);
    assert.equal((error as { code: string }).code, 'closed');
    assert.equal(sender.isOfPeer(error), true);
  }
  assert.equal(socket.sent.length, 1);
  assert.deepEqual([row[AT.broken], row[AT.refused]], [0, 0]);
});

test('Sender refuses more than may wait, and sends again when the kernel has taken some', async () => {
  const { socket, sender, row } = made();
  const piece = Buffer.alloc(LONGEST[4]);
  const fits = Math.floor(QUEUE_LIMIT / piece.length);
  for (let count = 0; count < fits; count++) void sender.send(piece, PEER);
  // All of it may be with the kernel, though nobody was told yet.
  void sender.send(piece, PEER);
  assert.equal(socket.sent.length, fits + 1);
  socket.queueSize = fits * piece.length;
  const refused: unknown = await sender.send(piece, PEER).catch((reason: unknown) => reason);
  const { code, facts } = refused as { code: string; facts: object };
  assert.equal(code, 'over-limit');
  assert.deepEqual(facts, { ...PEER, queuedBytes: socket.queueSize, limit: QUEUE_LIMIT });
  assert.equal(sender.isOfPeer(refused), true);
  assert.equal(row[AT.overLimit], 1);
  assert.equal(socket.sent.length, fits + 1);
  socket.went();
  socket.went();
  void sender.send(piece, PEER);
  assert.equal(socket.sent.length, fits + 2);
});

test('Sender.reply() does not answer a datagram from port 0', async () => {
  const { socket, sender, row } = made();
  const refused: unknown = await sender
    .reply('x', { host: '10.0.0.1', port: 0 })
    .catch((reason: unknown) => reason);
  assert.equal((refused as { code: string }).code, 'protocol');
  assert.equal(sender.isOfPeer(refused), true);
  assert.equal(row[AT.refused], 1);
  assert.equal(socket.sent.length, 0);
});

const ADDRESSES = Object.values(networkInterfaces()).flatMap(
  (all) => all?.map(({ address }) => address) ?? [],
);
/** Where a server is, who it would answer, and whether that is itself. */
const SELVES: readonly (readonly [own: string, client: string, isOwn: boolean])[] = [
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.2', false],
  ['127.0.0.2', '127.0.0.1', false],
  ['::1', '::1', true],
  ['0.0.0.0', '127.0.0.1', true],
  ['0.0.0.0', '198.51.100.7', false],
  ['::', '::1', true],
  ['::', '::ffff:127.0.0.1', true],
  ['::', '2001:db8::7', false],
  ...ADDRESSES.filter((one) => !one.includes(':')).map((one) => ['0.0.0.0', one, true] as const),
  ...ADDRESSES.map((one) => ['::', one.includes(':') ? one : `::ffff:${one}`, true] as const),
];

for (const [own, client, isOwn] of SELVES)
  test(`Sender.reply() at ${own} ${isOwn ? 'refuses to answer' : 'answers'} its own port of ${client}`, async () => {
    const { socket, sender, row } = made({ host: own, port: 7 });
    const reply = sender.reply('x', { host: client, port: 7 });
    assert.equal(socket.sent.length, isOwn ? 0 : 1);
    if (isOwn) await assert.rejects(reply, { code: 'unsafe' });
    assert.equal(row[AT.refused], isOwn ? 1 : 0);
    void sender.reply('x', { host: client, port: 8 });
    assert.equal(socket.sent.length, isOwn ? 1 : 2);
  });

test('Sender.send() may send to its own address, which only replies may not', () => {
  const { socket, sender } = made();
  void sender.send('note to self', OWN);
  assert.equal(socket.sent.length, 1);
});

test('A failure that nobody waits for does not end the program', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  const { socket, sender } = made();
  void sender.reply('x', { host: '10.0.0.1', port: 0 });
  void sender.send(Buffer.alloc(70_000), PEER);
  void sender.send('x', PEER);
  socket.went('ENETUNREACH');
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listener);
  assert.deepEqual(unhandled, []);
});

test('Sender throws a TypeError at what is no datagram', () => {
  const { sender } = made();
  for (const [what, name] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'number'],
    [[1, 2], 'object'],
  ])
    assert.throws(() => sender.send(what as never, PEER), {
      name: 'TypeError',
      message: new RegExp(`bytes or a string: it is ${name as string}`),
    });
});
