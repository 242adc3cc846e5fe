/** How both sides prove that they know the key, over sockets that are connected by nothing but this test. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { authenticate, limitHandshake } from '../../../../src/net/server/handshake.ts';
import { lengthPrefixed } from '../../../../src/wire/index.ts';
import { prefixed } from '../../../harness/peer.ts';
import { channelOf, type Fixture, turn } from '../connection/channel-parts.ts';

const auth = (key: string): { key: Uint8Array; legacy: boolean } => ({
  key: Buffer.from(key),
  legacy: false,
});
type Side = Fixture<Buffer>;

const side = (): Side => channelOf(lengthPrefixed());

/** Has what one writes arrive at the other, until neither has more. */
async function carry(one: Side, other: Side): Promise<void> {
  for (let isNews = true; isNews; ) {
    isNews = false;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const pieces = from.socket.written.splice(0);
      isNews ||= pieces.length > 0;
      to.arrives(...pieces);
    }
    await turn();
  }
}

test('Two who know the same key are let in, and what comes behind that are messages', async () => {
  const [server, client] = [side(), side()];
  const both = [
    authenticate(server.channel, 'server', auth('k')),
    authenticate(client.channel, 'client', auth('k')),
  ];
  await carry(server, client);
  await Promise.all(both);
  server.arrives(prefixed('hello'));
  assert.equal(String(await server.channel.receive(undefined)), 'hello');
});

test('A message that comes with the last bytes of the handshake is received', async () => {
  const [server, client] = [side(), side()];
  const serving = authenticate(server.channel, 'server', auth('k'));
  const knocking = authenticate(client.channel, 'client', auth('k'));
  const state = { isIn: false };
  void knocking.then(() => (state.isIn = true));
  // The client is done first: its first message is in the same piece as its last word.
  while (!state.isIn) {
    client.arrives(...server.socket.written.splice(0));
    await turn();
    const message = state.isIn ? prefixed('hello') : Buffer.alloc(0);
    server.arrives(Buffer.concat([...client.socket.written.splice(0), message]));
  }
  await serving;
  assert.equal(String(await server.channel.receive(undefined)), 'hello');
});

test('Who does not know the key is told so, and is not let in', async () => {
  const [server, client] = [side(), side()];
  const both = [
    assert.rejects(authenticate(server.channel, 'server', auth('k')), { code: 'auth' }),
    assert.rejects(authenticate(client.channel, 'client', auth('other')), { code: 'auth' }),
  ];
  await carry(server, client);
  await Promise.all(both);
});

test('Bytes that are no handshake are refused', async () => {
  const server = side();
  const serving = assert.rejects(authenticate(server.channel, 'server', auth('k')), { code: 'protocol' });
  server.arrives('GET / HTTP/1.1\r\n\r\n');
  await serving;
});

/** How the other side may be gone in the middle, and what is said of it. */
const GOING: Readonly<Record<string, readonly [go: (one: Side) => void, told: RegExp]>> = {
  'has ended': [
    ({ channel }) => channel.ended(),
    /peer:1 has ended the connection while both sides were to prove/,
  ],
  'is lost': [
    ({ channel }) => {
      channel.failed(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
      channel.wasClosed();
    },
    /The connection with peer:1 was lost: ECONNRESET/,
  ],
  'is closed': [({ channel }) => channel.wasClosed(), /has ended the connection/],
};
for (const [how, [go, message]] of Object.entries(GOING)) {
  for (const when of ['before', 'during'] as const) {
    test(`One who ${how} ${when} the handshake is told of as broken`, async () => {
      const server = side();
      if (when === 'before') go(server);
      const serving = assert.rejects(authenticate(server.channel, 'server', auth('k')), {
        code: 'broken',
        message,
      });
      if (when === 'during') go(server);
      await serving;
    });
  }
}

test('One who does not shake hands in time is ended, and told why in words that help', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { channel, socket } = side();
  limitHandshake(channel, 100);
  context.mock.timers.tick(99);
  assert.equal(socket.destroyed, false);
  context.mock.timers.tick(1);
  assert.equal(socket.destroyed, true);
  await assert.rejects(channel.receive(undefined), {
    code: 'timed-out',
    facts: { timeoutMs: 100 },
    message: 'peer:1 did not shake hands within 100 ms: does it know that there is a key?',
  });
});

test('A time limit that is called off ends nobody', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { channel, socket } = side();
  limitHandshake(channel, 100)();
  context.mock.timers.tick(1000);
  assert.equal(socket.destroyed, false);
});
