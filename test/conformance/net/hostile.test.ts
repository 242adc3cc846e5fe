/**
 * What anybody may send to a port, and what it costs: that connection, one number in the counts, and nothing else.
 *
 * One server for each framing. Each row is sent by a peer that then stays, ends or resets; after it another client is
 * served, no connection is left, and the counts say what happened, once. The rows follow the notes on hostile input.
 */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import {
  type Address,
  dictHeader,
  type Framing,
  lengthPrefixed,
  lines,
  pythonConnection,
  raw,
  type ServerStats,
  type SocketConnection,
  TcpServer,
} from '../../../src/net/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { dial, lengthOf, prefixed } from '../../harness/peer.ts';
import { until } from '../../harness/tree.ts';

const LIMITS = { maxMessageBytes: 100_000, maxHeaderBytes: 1000 };
const HTTP = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const TLS = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03';
const header = (text: string): Buffer => prefixed(text);
const big = (length: number, bytes = 4): Buffer => {
  const head = Buffer.alloc(bytes);
  head.writeUInt32BE(length >>> 0, bytes - 4);
  return head;
};

type Fault = 'protocolErrors' | 'overLimit' | 'broken' | 'none';
type Then = 'stay' | 'end' | 'reset';
type Row = readonly [what: string, sent: Uint8Array | string, then: Then, fault: Fault];

const DICT: readonly Row[] = [
  ['a length of -1', lengthOf(-1), 'stay', 'protocolErrors'],
  ['a length of 0', lengthOf(0), 'stay', 'protocolErrors'],
  ['the longest length', lengthOf(2 ** 31 - 1), 'stay', 'protocolErrors'],
  ['the most negative length', lengthOf(-(2 ** 31)), 'stay', 'protocolErrors'],
  ['a header longer than may be', lengthOf(1001), 'stay', 'protocolErrors'],
  ['a length in the other order', big(40), 'stay', 'protocolErrors'],
  ['a request of HTTP', HTTP, 'stay', 'protocolErrors'],
  ['a hello of TLS', TLS, 'stay', 'protocolErrors'],
  ['text', 'hello server, how are you?\n', 'stay', 'protocolErrors'],
  [
    'a header that is no UTF-8',
    prefixed(Buffer.from('{"a":"\xff\xfe"}', 'latin1')),
    'stay',
    'protocolErrors',
  ],
  ['a header that is no JSON', header('file_name=a'), 'stay', 'protocolErrors'],
  ['half of a header', header('{"file_name":"a"'), 'stay', 'protocolErrors'],
  ['a header of spaces', header('    '), 'stay', 'protocolErrors'],
  ...['[]', 'null', '5', '"x"', 'true'].map(
    (text): Row => [`${text} as a header`, header(text), 'stay', 'protocolErrors'],
  ),
  [
    'a header that is nested deeply',
    header(`{"a":${'['.repeat(400)}${']'.repeat(400)}}`),
    'stay',
    'protocolErrors',
  ],
  ...['-1', '1.5', '"12"', 'true', 'null', '[]', '9007199254740992', '1e300', '1e999'].map(
    (size): Row => [`a file_size of ${size}`, header(`{"file_size":${size}}`), 'stay', 'protocolErrors'],
  ),
  [
    "the source's own file_size",
    header('{"file_size":123132131232342342423423423423423432432}'),
    'stay',
    'protocolErrors',
  ],
  ['a body longer than may be', header('{"file_size":100001}'), 'stay', 'overLimit'],
  ['a body that nobody can hold', header('{"file_size":9007199254740991}'), 'stay', 'overLimit'],
  ['half of a length and its end', '\x10\x00', 'end', 'broken'],
  ['half of a length and a reset', '\x10\x00', 'reset', 'broken'],
  ['a length and its end', lengthOf(16), 'end', 'broken'],
  ['half of a header and its end', Buffer.concat([lengthOf(16), Buffer.from('{"fil')]), 'end', 'broken'],
  [
    'half of a body and its end',
    Buffer.concat([header('{"file_size":9}'), Buffer.from('half')]),
    'end',
    'broken',
  ],
  [
    'half of a body and a reset',
    Buffer.concat([header('{"file_size":9}'), Buffer.from('half')]),
    'reset',
    'broken',
  ],
  ['no body and its end', header('{"file_size":9}'), 'end', 'broken'],
  [
    'a body longer than was said',
    Buffer.concat([header('{"file_size":1}'), Buffer.from('body')]),
    'end',
    'broken',
  ],
  ['nothing and its end', '', 'end', 'none'],
  ['nothing and a reset', '', 'reset', 'broken'],
];

const LENGTH: readonly Row[] = [
  ['a length of -1', lengthOf(-1), 'stay', 'overLimit'],
  ['the longest length', lengthOf(2 ** 31 - 1), 'stay', 'overLimit'],
  ['a length above the limit by one', lengthOf(100_001), 'stay', 'overLimit'],
  ['a request of HTTP', HTTP, 'stay', 'overLimit'],
  ['a hello of TLS', TLS, 'stay', 'overLimit'],
  ['half of a message and its end', Buffer.concat([lengthOf(9), Buffer.from('half')]), 'end', 'broken'],
  ['half of a message and a reset', Buffer.concat([lengthOf(9), Buffer.from('half')]), 'reset', 'broken'],
];

const SIGNED: readonly Row[] = [
  ['a length of -1', Buffer.alloc(8, 0xff), 'stay', 'protocolErrors'],
  ['a length beyond 2^53', Buffer.from('0020000000000000', 'hex'), 'stay', 'protocolErrors'],
  ['a length of 2^40', Buffer.from('0000010000000000', 'hex'), 'stay', 'overLimit'],
];

const LINES: readonly Row[] = [
  ['a line longer than may be', 'x'.repeat(100_002), 'stay', 'overLimit'],
  ['a line that is no UTF-8', '\xff\xfe\n', 'stay', 'protocolErrors'],
  ['a line without a newline, and its end', 'good', 'end', 'none'],
  ['half of a line and a reset', 'half', 'reset', 'broken'],
];

const PYTHON: readonly Row[] = [
  ['a length of -2', big(-2), 'stay', 'protocolErrors'],
  ['the most negative length', big(-(2 ** 31)), 'stay', 'protocolErrors'],
  ['a long length beyond 2^53', Buffer.from(`ffffffff${'f'.repeat(16)}`, 'hex'), 'stay', 'overLimit'],
  ['a long length above the limit', Buffer.from('ffffffff0000010000000000', 'hex'), 'stay', 'overLimit'],
  ['half of a long length and its end', Buffer.from('ffffffff0000', 'hex'), 'end', 'broken'],
  ['a length above the limit', big(100_001), 'stay', 'overLimit'],
  ['a request of HTTP', HTTP, 'stay', 'overLimit'],
];

const RAW: readonly Row[] = [
  ['a request of HTTP and its end', HTTP, 'end', 'none'],
  ['something and a reset', 'x', 'reset', 'broken'],
];

interface Group {
  readonly framing: () => Framing;
  /** What a client says that does nothing wrong. */
  readonly good: Uint8Array | string;
  readonly rows: readonly Row[];
}

const GROUPS: Readonly<Record<string, Group>> = {
  dictHeader: { framing: dictHeader, good: header('{"file_name":"good"}'), rows: DICT },
  lengthPrefixed: { framing: lengthPrefixed, good: prefixed('good'), rows: LENGTH },
  'lengthPrefixed of 8 bytes with a sign': {
    framing: () => lengthPrefixed({ bytes: 8, endian: 'big', signed: true }),
    good: Buffer.concat([big(4, 8), Buffer.from('good')]),
    rows: SIGNED,
  },
  lines: { framing: lines, good: 'good\n', rows: LINES },
  pythonConnection: {
    framing: pythonConnection,
    good: Buffer.concat([big(4), Buffer.from('good')]),
    rows: PYTHON,
  },
  raw: { framing: raw, good: 'good', rows: RAW },
};

const FAULTS = [
  'protocolErrors',
  'overLimit',
  'broken',
  'timedOut',
  'authFailed',
  'failed',
  'refused',
] as const;
const faultsOf = (stats: ServerStats): Record<string, number> =>
  Object.fromEntries(FAULTS.map((name) => [name, stats[name]]));

async function serveOne(address: Address, good: Uint8Array | string): Promise<void> {
  const peer = await dial(address);
  peer.write(good);
  peer.end();
  assert.equal(await peer.gone, 'ended');
  assert.match(peer.heard().toString(), /good/);
  await peer.close();
}

for (const [name, { framing, good, rows }] of Object.entries(GROUPS)) {
  let server: TcpServer<unknown, readonly unknown[]>;
  const handler = async (connection: SocketConnection<unknown, [unknown]>): Promise<void> => {
    for await (const message of connection) await connection.send(message);
  };
  before(async () => {
    server = new TcpServer<unknown, readonly unknown[]>({ handler, framing, ...LIMITS });
    await server.listen();
  });
  after(() => server.close());

  for (const [what, sent, then, fault] of rows) {
    test(`A server of ${name} that is sent ${what} counts ${fault}, ends that, and serves others`, async () => {
      const start = faultsOf(server.stats());
      const { bytesIn } = server.stats();
      const peer = await dial(server.address);
      peer.write(sent);
      if (then === 'end') peer.end();
      if (then === 'reset') {
        const isThere = (): boolean =>
          server.stats().active === 1 && server.stats().bytesIn >= bytesIn + sent.length;
        await until('it is served, and has been heard', isThere);
        peer.reset();
      } else assert.match(await peer.gone, /ended|reset/);
      await peer.close();
      await until('it is gone', () => server.stats().active === 0);
      const expected = { ...start, ...(fault !== 'none' && { [fault]: start[fault]! + 1 }) };
      assert.deepEqual(faultsOf(server.stats()), expected);
      await serveOne(server.address, good);
      assert.deepEqual(faultsOf(server.stats()), expected);
    });
  }
}

test('A key __proto__ in a header stays a key, and changes no object', async () => {
  let seen: readonly unknown[] = [];
  const handler = async (
    connection: SocketConnection<{ header: Record<string, unknown> }, []>,
  ): Promise<void> => {
    const { header: received } = await connection.receive();
    seen = [Object.keys(received), Object.getPrototypeOf(received) === Object.prototype, 'polluted' in {}];
  };
  const server = await new TcpServer({ handler: handler as never, framing: dictHeader }).listen();
  const peer = await dial(server.address);
  peer.write(prefixed('{"__proto__":{"polluted":1},"constructor":1}'));
  await peer.gone;
  assert.deepEqual(seen, [['__proto__', 'constructor'], true, false]);
  await peer.close();
  await server.close();
});

// Here, as what was opened last is looked at last.
endsClean();
