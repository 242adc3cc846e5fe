/**
 * Messages as Python's multiprocessing.connection writes them: golden bytes, and the real thing where there is one.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { inspect } from 'node:util';
import { headBytes, writeHead } from '../../../../../src/wire/framing/python/python-connection.ts';
import { dictHeader, pythonConnection } from '../../../../../src/wire/index.ts';
import { LIMITS, messagesIn, outcome, streamOf } from '../streams.ts';

const FRAMING = pythonConnection();
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('pythonConnection() writes what send_bytes() writes', () => {
  // Connection.send_bytes(b''), (b'hello'), (bytes(300)), captured from CPython 3.11.
  assert.deepEqual(streamOf(FRAMING, [['']]), hex('00000000'));
  assert.deepEqual(streamOf(FRAMING, [['hello']]), hex('00000005 68656c6c6f'));
  assert.deepEqual(
    streamOf(FRAMING, [[new Uint8Array(300)]]),
    Buffer.concat([hex('0000012c'), Buffer.alloc(300)]),
  );
});

test('pythonConnection() writes lengths from 2^31 on in the long form', () => {
  for (const [size, head] of [
    [0, '00000000'],
    [2 ** 31 - 1, '7fffffff'],
    [2 ** 31, 'ffffffff 0000000080000000'],
    [2 ** 32 + 5, 'ffffffff 0000000100000005'],
    [2 ** 53 - 1, 'ffffffff 001fffffffffffff'],
  ] as const) {
    const bytes = Buffer.alloc(headBytes(size));
    writeHead(bytes, size);
    assert.deepEqual(bytes, hex(head));
  }
});

test('pythonConnection() reads the long form of any length, however it is cut', () => {
  const stream = hex('ffffffff 0000000000000005 68656c6c6f ffffffff 0000000000000000 00000001 61');
  const expected = ['hello', '', 'a'];
  for (let at = 0; at <= stream.length; at++)
    assert.deepEqual(
      messagesIn(FRAMING, [stream.subarray(0, at), stream.subarray(at)]).map(String),
      expected,
    );
});

const BAD: readonly (readonly [bytes: string, code: string, says: RegExp])[] = [
  ['fffffffe', 'protocol', /its length is negative$/],
  ['80000000', 'protocol', /negative/],
  ['7fffffff', 'over-limit', /2147483647 bytes, and the limit is 1048576$/],
  ['00100001', 'over-limit', /1048577 bytes/],
  ['ffffffff 0000000000100001', 'over-limit', /1048577 bytes/],
  ['ffffffff ffffffffffffffff', 'over-limit', /bytes, and the limit/],
  ['ffffffff 8000000000000000', 'over-limit', /bytes, and the limit/],
  ['05000000', 'over-limit', /in the other byte order it would be 5$/],
  ['47455420', 'over-limit', /looks like HTTP$/],
  ['16030301', 'over-limit', /looks like TLS$/],
];

for (const [bytes, code, says] of BAD)
  test(`pythonConnection() refuses a length of ${bytes}`, () => {
    const decoder = FRAMING.decoder(LIMITS);
    decoder.push(hex(bytes));
    assert.throws(() => decoder.next(), { code, message: says });
  });

test('pythonConnection() refuses to end inside a message, or inside its length', () => {
  for (const bytes of ['00', '000000', 'ffffffff 00', '00000002 61', 'ffffffff 0000000000000002'])
    assert.equal(outcome(FRAMING.decoder(LIMITS), [hex(bytes)]), 'protocol', bytes);
  assert.equal(outcome(FRAMING.decoder(LIMITS), [hex('00000000')]), 1);
});

test('pythonConnection() refuses to send more than the limit, and what is neither bytes nor text', () => {
  assert.throws(() => FRAMING.encode(['abc'], { ...LIMITS, maxMessageBytes: 2 }), { code: 'over-limit' });
  assert.throws(() => FRAMING.encode([1 as unknown as string], LIMITS), { name: 'TypeError' });
});

test('pythonConnection() keeps the key for whoever connects, where nobody sees it', () => {
  const authKey = Buffer.from('geheim');
  const framing = pythonConnection({ authKey, legacy: true });
  assert.deepEqual(framing.auth, { key: Uint8Array.from(authKey), legacy: true });
  assert.deepEqual(pythonConnection({ authKey: 'geheim' }).auth, {
    key: Uint8Array.from(authKey),
    legacy: false,
  });
  authKey.fill(0);
  assert.equal(Buffer.from(framing.auth?.key ?? []).toString(), 'geheim');
  assert.equal(inspect(framing).includes('auth'), false);
  assert.equal(JSON.stringify(framing).includes('auth'), false);
  assert.equal(FRAMING.auth, undefined);
});

test('pythonConnection() refuses a key that is none, without showing it', () => {
  assert.throws(() => pythonConnection({ authKey: '' }), {
    name: 'RangeError',
    message: /must not be empty/,
  });
  assert.throws(() => pythonConnection({ authKey: new Uint8Array(0) }), { name: 'RangeError' });
  assert.throws(() => pythonConnection({ authKey: 12_345 as unknown as string }), {
    name: 'TypeError',
    message: /current value is of type number$/,
  });
  assert.throws(() => pythonConnection({ legacy: 1 as unknown as boolean }), { name: 'TypeError' });
});

const PYTHON_ECHO = `
import sys
from multiprocessing.connection import Connection
reader, writer = Connection(0, writable=False), Connection(1, readable=False)
try:
    while True:
        writer.send_bytes(reader.recv_bytes())
except EOFError:
    pass
`;

const PYTHON_DICT = `
import json, struct, sys
stream, out = sys.stdin.buffer, sys.stdout.buffer
while True:
    length = stream.read(4)
    if not length:
        break
    header = json.loads(stream.read(struct.unpack('i', length)[0]).decode('utf-8'))
    body = stream.read(header['file_size'])
    header['seen'] = len(body)
    text = json.dumps(header).encode('utf-8')
    out.write(struct.pack('i', len(text)) + text + body)
`;

/** What Python makes of these bytes; undefined where there is no Python 3. */
function python(program: string, input: Uint8Array): Buffer | undefined {
  const { error, stdout, stderr } = spawnSync('python3', ['-c', program], { input, maxBuffer: 1 << 24 });
  if (error) return undefined;
  assert.equal(stderr.toString(), '');
  return stdout;
}

test('Python reads what pythonConnection() writes, and the other way round', (t) => {
  const messages = [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(16_384, 1), Buffer.alloc(100_000, 2)];
  const stream = streamOf(
    FRAMING,
    messages.map((message) => [message] as const),
  );
  const answer = python(PYTHON_ECHO, stream);
  if (!answer) return t.skip('there is no python3');
  assert.deepEqual(messagesIn(FRAMING, [answer]), messages);
});

test('Python reads what dictHeader() writes, and the other way round', (t) => {
  const framing = dictHeader();
  const stream = streamOf(framing, [
    [{ file_name: '多.txt', deep: { list: [1, null, -2.5] } }, 'hello'],
    [{}, Buffer.alloc(100_000)],
  ]);
  const answer = python(PYTHON_DICT, stream);
  if (!answer) return t.skip('there is no python3');
  const got = messagesIn(framing, [answer]);
  assert.deepEqual(
    got.map(({ header, body }) => [header, body.length]),
    [
      [{ file_name: '多.txt', deep: { list: [1, null, -2.5] }, file_size: 5, seen: 5 }, 5],
      [{ file_size: 100_000, seen: 100_000 }, 100_000],
    ],
  );
});
