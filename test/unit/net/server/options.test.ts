/** What a server may be made with, and what is refused before it listens, by name. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { availableParallelism } from 'node:os';
import { RequestHandler, TcpServer, UnixServer } from '../../../../src/net/index.ts';
import { LIMIT_NAMES } from '../../../../src/net/connection/limits.ts';
import {
  authFrom,
  checkCommon,
  checkNames,
  streamPlan,
  trueOrFalse,
  wholeNumber,
} from '../../../../src/net/server/options.ts';
import { dictHeader, lines, pythonConnection, raw } from '../../../../src/wire/index.ts';

const handler = (): void => undefined;
const tls = { key: 'k', cert: 'c' };
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();
const forEver = Number.POSITIVE_INFINITY;

function tcp(options: object): TcpServer {
  return new TcpServer({ handler, ...options });
}

/** What each option may be, and may not. Limits have their own table. */
const TABLE: Readonly<Record<string, readonly [taken: readonly unknown[], refused: readonly unknown[]]>> = {
  concurrency: [
    ['async', 'threads', 'processes'],
    ['thread', '', 5, null],
  ],
  workers: [
    [1, 256],
    [0, 257, 1.5, -1, '2', null, Number.NaN],
  ],
  verifyRequest: [[() => true], [true, 'x', null]],
  handleError: [[() => undefined], [true, 'x', null]],
  name: [['any'], []],
  framing: [
    [raw, lines, raw(), lines(), dictHeader()],
    ['lines', 5, null, {}, () => undefined, { decoder: handler }],
  ],
  backlog: [
    [1, 65535],
    [0, 65536, 1.5, '5', null],
  ],
  maxConnections: [
    [1, 1e6, forEver],
    [0, -1, 1.5, '5', null],
  ],
  maxConnectionsPerHost: [
    [1, forEver],
    [0, 1.5, '5'],
  ],
  maxBufferedBytes: [
    [1, forEver],
    [0, 1.5, '5'],
  ],
  handshakeTimeoutMs: [
    [1, 2 ** 31 - 1],
    [0, 2 ** 31, forEver, '5'],
  ],
  authKey: [
    ['k', Buffer.from('k'), new Uint8Array(1)],
    ['', new Uint8Array(), 5, null, {}],
  ],
  tls: [
    [tls, { pfx: 'p' }],
    [null, true, 'x', {}, { key: 'k' }, { cert: 'c' }],
  ],
  host: [
    ['::1', 'localhost'],
    ['', 'a b', 5, null],
  ],
  port: [
    [0, 65535],
    [-1, 65536, 1.5, '80', null],
  ],
  noDelay: [
    [true, false],
    [1, 'yes', null],
  ],
  keepAlive: [
    [true, false, 0, 1, 32_767_000],
    [-1, 0.5, 32_767_001, 'yes', null],
  ],
};

for (const [name, [taken, refused]] of Object.entries(TABLE)) {
  test(`The option ${name} is taken where it should be, and refused by its name`, () => {
    for (const value of [...taken, undefined]) assert.ok(tcp({ [name]: value }));
    for (const value of refused) {
      const isMisuse = (error: Error): boolean => {
        assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
        assert.match(error.message, new RegExp(`^Cannot (?:use|make) .*${name}`));
        return true;
      };
      assert.throws(() => tcp({ [name]: value }), isMisuse, `${name}: ${String(value)}`);
    }
  });
}

test('legacyAuth is true or false', () => {
  for (const legacyAuth of [true, false, undefined]) assert.ok(tcp({ authKey: 'k', legacyAuth }));
  assert.throws(() => tcp({ authKey: 'k', legacyAuth: 'yes' }), {
    message: /legacyAuth as it must be true or false/,
  });
});

test('The options of a UnixServer are its path, which it must have, and its mode', () => {
  assert.ok(new UnixServer({ handler, path: '/tmp/x', mode: 0o777 }));
  for (const mode of [-1, 0o1000, '600', 1.5])
    assert.throws(() => new UnixServer({ handler, path: '/tmp/x', mode: mode as number }), {
      message: /use mode as/,
    });
  assert.throws(() => new UnixServer({ handler } as never), { message: /its path must be a string/ });
  assert.throws(() => new UnixServer({ handler, path: 'x'.repeat(108) }), { message: /at most 107 bytes/ });
});

test('Each server has the options that it has, and is refused others by name with a list of its own', () => {
  for (const name of [...Object.keys(TABLE), ...LIMIT_NAMES]) checkNames({ [name]: 1 }, 'TcpServer');
  for (const [noun, name] of [
    ['TcpServer', 'path'],
    ['TcpServer', 'Port'],
    ['UnixServer', 'port'],
    ['UnixServer', 'keepAlive'],
    ['UdpServer', 'framing'],
    ['UdpServer', 'maxMessageBytes'],
  ] as const) {
    const why = `as there is no option ${name}: correct its name, or leave it out; there are `;
    const message = `Cannot make a ${noun} ${why}`;
    assert.throws(
      () => checkNames({ [name]: 1 }, noun),
      (error: Error) =>
        error.name === 'TypeError' && error.message.startsWith(`${message}handler, concurrency,`),
    );
    checkNames({ [name]: undefined }, noun);
  }
  for (const options of [undefined, null, 5, 'x'])
    assert.throws(() => checkNames(options, 'TcpServer'), { message: /its options must be an object/ });
});

test('A handler is a function or a class of handlers', () => {
  class Good extends RequestHandler {}
  class Bad {}
  for (const one of [handler, Good, async () => undefined, function () {}])
    assert.ok(new TcpServer({ handler: one }));
  assert.throws(() => new TcpServer({ handler: Bad as never }), {
    name: 'TypeError',
    message: 'Cannot make a TcpServer as the class Bad does not extend RequestHandler',
  });
  for (const [one, kind] of [
    [undefined, 'undefined'],
    [null, 'null'],
    ['x', 'string'],
    [{}, 'object'],
  ])
    assert.throws(() => new TcpServer({ handler: one as never }), {
      name: 'TypeError',
      message:
        'Cannot make a TcpServer as its handler must be a function, or a class that extends RequestHandler: ' +
        `it is ${kind as string}`,
    });
});

test('What is left out has the values that the documentation says', () => {
  assert.deepEqual(checkCommon({ handler }, 'TcpServer'), {
    concurrency: 'async',
    workers: availableParallelism(),
  });
  const plan = streamPlan('tcp', { host: 'h', port: 1 }, { handler }, raw as never);
  assert.deepEqual(
    [plan.handshakeTimeoutMs, plan.maxConnections, plan.maxConnectionsPerHost, plan.maxBufferedBytes],
    [10_000, forEver, forEver, 256 * 1024 * 1024],
  );
  assert.deepEqual([plan.auth, plan.tls, plan.framing], [undefined, undefined, { kind: 'raw' }]);
});

test('A key is that of the options, or that of the framing', () => {
  const framing = pythonConnection({ authKey: 'of the framing', legacy: true });
  const plan = streamPlan('tcp', { path: '@x' }, { handler, framing }, raw as never);
  assert.deepEqual([text(plan.auth?.key), plan.auth?.legacy], ['of the framing', true]);
  const own = streamPlan('tcp', { path: '@x' }, { handler, framing, authKey: 'own' }, raw as never);
  assert.deepEqual([text(own.auth?.key), own.auth?.legacy], ['own', false]);
  assert.equal(authFrom(undefined, true), undefined);
});

test('A framing of a user’s own serves in this event loop, and elsewhere only as a function that makes it', () => {
  const own = { name: 'own', decoder: lines().decoder, encode: lines().encode };
  const address = { path: '@x' };
  const planned = streamPlan('tcp', address, { handler, framing: own }, raw as never)
    .framing as () => unknown;
  assert.equal(planned(), own);
  const make = (): typeof own => own;
  const threads = { handler, concurrency: 'threads' } as const;
  assert.equal(streamPlan('tcp', address, { ...threads, framing: make }, raw as never).framing, make);
  assert.throws(() => streamPlan('tcp', address, { ...threads, framing: own }, raw as never), {
    name: 'TypeError',
    message:
      /^Cannot use the framing own in threads or processes as it cannot be made again there: give an exported/,
  });
});

test('Numbers and truths are what they are, or what they are otherwise', () => {
  assert.deepEqual([wholeNumber('n', undefined, 5, 6, 7), wholeNumber('n', 7, 5, 6, 7)], [5, 7]);
  assert.throws(() => wholeNumber('n', forEver, 5, 6, 7), {
    message: 'Cannot use n as it must be a whole number from 6 to 7: current value is Infinity',
  });
  assert.deepEqual([trueOrFalse('t', undefined, true), trueOrFalse('t', false, true)], [true, false]);
});
