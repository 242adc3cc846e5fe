/** What becomes of a datagram in one event loop: whether it is handled, when, and what is counted of it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Address, RequestHandler, type UdpRequest } from '../../../../src/net/index.ts';
import { LONGEST } from '../../../../src/net/udp/sender.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { gate, servedUdp, udpPeer } from '../../../harness/datagrams.ts';
import { until } from '../../../harness/tree.ts';

endsClean();

const echo = (request: UdpRequest): Promise<void> => request.reply(request.data);

/** Takes over what is printed to stderr. */
async function printed(work: () => Promise<unknown>): Promise<string> {
  const { write } = process.stderr;
  let text = '';
  process.stderr.write = (piece: string) => (text += piece) !== '';
  try {
    await work();
  } finally {
    process.stderr.write = write;
  }
  return text;
}

test('A datagram is handled whole and alone, however it is sent, and is answered the same', async () => {
  const lengths = [1, 0, 1400, 0, 20_000, LONGEST[4], 3];
  const stats = await servedUdp({ handler: echo }, async (_server, peer) => {
    for (const [index, length] of lengths.entries()) {
      peer.send(Buffer.alloc(length, index));
      await peer.hears(index + 1);
    }
    assert.deepEqual(
      peer.heard.map((data) => data.length),
      lengths,
    );
    for (const [index, data] of peer.heard.entries()) assert.ok(data.every((byte) => byte === index));
  });
  const bytes = lengths.reduce((sum, length) => sum + length);
  const { accepted, closed, active, messagesIn, messagesOut, bytesIn, bytesOut } = stats;
  assert.deepEqual([accepted, closed, active, messagesIn, messagesOut], [7, 7, 0, 7, 7]);
  assert.deepEqual([bytesIn, bytesOut], [bytes, bytes]);
});

test('A datagram without bytes is no end: the next ones are handled', async () => {
  const lengths: number[] = [];
  await servedUdp({ handler: ({ data }) => void lengths.push(data.length) }, async (_server, peer) => {
    for (const [index, text] of ['', 'a', '', 'bc'].entries()) {
      peer.send(text);
      // Datagrams may overtake each other, even here: each CPU has a queue of its own.
      await until('it is handled', () => lengths.length === index + 1);
    }
    assert.deepEqual(lengths, [0, 1, 0, 2]);
  });
});

test('A reply of a byte too many is refused, said to be so, and others are answered', async () => {
  const errors: unknown[] = [];
  const handler = (request: UdpRequest): Promise<void> =>
    request.reply(Buffer.alloc(String(request.data) === 'long' ? 65_508 : 65_507));
  const stats = await servedUdp(
    { handler, handleError: (error) => void errors.push(error) },
    async (server, peer) => {
      peer.send('long');
      peer.send('short');
      await peer.hears(1);
      await until('the other one has failed', () => server.stats().failed === 1);
    },
  );
  assert.deepEqual(
    errors.map((error) => (error as { code: string; facts: { bytes: number } }).facts.bytes),
    [65_508],
  );
  assert.deepEqual([stats.overLimit, stats.failed, stats.messagesOut], [1, 1, 1]);
});

test('A datagram longer than maxDatagramBytes is refused whole, counted and told', async () => {
  const told: [unknown, Address][] = [];
  const handled: number[] = [];
  let from: Address | undefined;
  const stats = await servedUdp(
    {
      handler: ({ data }) => void handled.push(data.length),
      maxDatagramBytes: 10,
      handleError: (error, client) => void told.push([error, client]),
    },
    async (server, peer) => {
      from = peer.address;
      for (const [index, length] of [10, 11, 9].entries()) {
        peer.send(Buffer.alloc(length));
        await until('it has come', () => server.stats().messagesIn === index + 1);
      }
      assert.deepEqual(handled, [10, 9]);
    },
  );
  assert.equal(told.length, 1);
  const [error, client] = told[0]!;
  assert.deepEqual(client, from);
  assert.equal((error as { code: string }).code, 'over-limit');
  assert.deepEqual((error as { facts: object }).facts, { ...from, bytes: 11, limit: 10 });
  assert.deepEqual([stats.overLimit, stats.accepted, stats.failed, stats.bytesIn], [1, 2, 0, 30]);
});

test('A datagram that is too long is only counted when nobody handles errors', async () => {
  const text = await printed(() =>
    servedUdp({ handler: echo, maxDatagramBytes: 1 }, async (server, peer) => {
      peer.send('xx');
      await until('it has come', () => server.stats().overLimit === 1);
    }),
  );
  assert.equal(text, '');
});

/** Hooks that let nobody in, and those that fail. */
const REFUSING = {
  'says false': () => false,
  'promises false': () => Promise.resolve(false),
} as const;
const FAILING = {
  throws: () => {
    throw new Error('no idea');
  },
  rejects: () => Promise.reject(new Error('no idea')),
} as const;

for (const [how, verifyRequest] of Object.entries({ ...REFUSING, ...FAILING }))
  test(`No handler is called when verifyRequest ${how}`, async () => {
    const isFailure = how in FAILING;
    let handled = 0;
    const told: unknown[] = [];
    const stats = await servedUdp(
      { handler: () => handled++, verifyRequest, handleError: (error) => void told.push(error) },
      async (server, peer) => {
        for (const text of ['a', 'b']) peer.send(text);
        const { accepted } = server.stats();
        assert.ok(accepted <= 2);
        await until('both are over', () => server.stats().closed === 2);
      },
    );
    assert.equal(handled, 0);
    assert.deepEqual([stats.unverified, stats.failed], isFailure ? [0, 2] : [2, 0]);
    assert.deepEqual(told.map(String), isFailure ? ['Error: no idea', 'Error: no idea'] : []);
  });

test('verifyRequest is called with where a datagram comes from, and lets it in', async () => {
  const asked: Address[] = [];
  const verifyRequest = (client: Address): Promise<boolean> => {
    asked.push(client);
    return Promise.resolve(true);
  };
  await servedUdp({ handler: echo, verifyRequest }, async (_server, peer) => {
    peer.send('in');
    assert.deepEqual(await peer.hears(1), ['in']);
    assert.deepEqual(asked, [peer.address]);
  });
});

class Failing extends RequestHandler<UdpRequest> {
  override handle(): void {
    throw new Error('told to fail');
  }
}

for (const [form, handler] of Object.entries({
  'a function': () => {
    throw new Error('told to fail');
  },
  'an async function': () => Promise.reject(new Error('told to fail')),
  'a class': Failing,
})) {
  test(`What ${form} throws is told to handleError, with who it was for`, async () => {
    const told: unknown[][] = [];
    const stats = await servedUdp(
      { handler, handleError: (error, client) => void told.push([String(error), client]) },
      async (server, peer) => {
        peer.send('1');
        peer.send('2');
        await until('both have failed', () => server.stats().failed === 2);
        assert.deepEqual(told, [
          ['Error: told to fail', peer.address],
          ['Error: told to fail', peer.address],
        ]);
      },
    );
    assert.deepEqual([stats.active, stats.closed], [0, 2]);
  });

  test(`What ${form} throws is printed when nobody handles errors`, async () => {
    const text = await printed(() =>
      servedUdp({ handler }, async (server, peer) => {
        peer.send('1');
        await until('it has failed', () => server.stats().failed === 1);
      }),
    );
    assert.match(text, /a handler failed while it served 127\.0\.0\.1:\d+:\nError: told to fail\n {4}at /);
  });
}

test('A handler that does not wait for a reply that fails costs nothing but that reply', async () => {
  const handler = (request: UdpRequest): void => {
    void request.reply(Buffer.alloc(70_000));
    void request.reply('short');
  };
  const stats = await servedUdp({ handler }, async (_server, peer) => {
    peer.send('1');
    assert.deepEqual(await peer.hears(1), ['short']);
  });
  assert.deepEqual([stats.overLimit, stats.failed], [1, 0]);
});

test('A client that is gone when it is answered harms nobody', async () => {
  const { passed, open } = gate();
  const handler = async (request: UdpRequest): Promise<void> => {
    if (String(request.data) === 'gone') await passed;
    for (let count = 0; count < 3; count++) await request.reply('answer');
  };
  const stats = await servedUdp({ handler }, async (server, peer) => {
    const gone = await udpPeer(server.address);
    gone.send('gone');
    await until('it is handled', () => server.stats().active === 1);
    await gone.close();
    open();
    await until('it is over', () => server.stats().active === 0);
    peer.send('here');
    assert.deepEqual(await peer.hears(3), ['answer', 'answer', 'answer']);
  });
  assert.deepEqual([stats.failed, stats.messagesOut], [0, 6]);
});
