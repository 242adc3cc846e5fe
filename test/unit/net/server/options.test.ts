/**
 * What a server is made with is looked at before it listens, and refused with what it may be.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  connect,
  type Framing,
  lines,
  raw,
  RequestHandler,
  TcpServer,
  UnixServer,
} from '../../../../src/net/index.ts';
import { echo } from '../../../fixtures/net/handlers.ts';

const handler = (): void => undefined;
class NoHandler {
  handle(): void {}
}

/** Options that make no server, the error, and what it says. */
const REFUSED: readonly (readonly [options: unknown, error: 'TypeError' | 'RangeError', says: RegExp])[] = [
  [undefined, 'TypeError', /must be an object/],
  [null, 'TypeError', /must be an object/],
  [{}, 'TypeError', /handler must be a function, or a class.*undefined/],
  [{ handler: null }, 'TypeError', /handler.*null/],
  [{ handler: 'echo' }, 'TypeError', /handler.*string/],
  [{ handler: NoHandler }, 'TypeError', /NoHandler does not extend RequestHandler/],
  [{ handler, hosts: 'x' }, 'TypeError', /no option hosts.*there are.*host/],
  [{ handler, path: '/x' }, 'TypeError', /no option path/],
  [{ handler, host: 5 }, 'TypeError', /host must be a string/],
  [{ handler, host: '' }, 'RangeError', /host/],
  [{ handler, host: 'a b' }, 'RangeError', /host/],
  [{ handler, port: '80' }, 'TypeError', /port must be a number/],
  [{ handler, port: -1 }, 'RangeError', /port.*-1/],
  [{ handler, port: 65_536 }, 'RangeError', /port.*65536/],
  [{ handler, port: 1.5 }, 'RangeError', /port.*1\.5/],
  [{ handler, concurrency: 'fork' }, 'RangeError', /async, threads, processes.*fork/],
  [{ handler, workers: 0 }, 'RangeError', /workers.*from 1 to 256.*0/],
  [{ handler, workers: '2' }, 'TypeError', /workers as it must be a number/],
  [{ handler, backlog: 0 }, 'RangeError', /backlog/],
  [{ handler, maxConnections: 0 }, 'RangeError', /maxConnections/],
  [{ handler, maxConnections: 1.5 }, 'RangeError', /maxConnections/],
  [{ handler, maxConnectionsPerHost: -1 }, 'RangeError', /maxConnectionsPerHost/],
  [{ handler, maxBufferedBytes: 0 }, 'RangeError', /maxBufferedBytes/],
  [{ handler, handshakeTimeoutMs: 0 }, 'RangeError', /handshakeTimeoutMs/],
  [{ handler, handshakeTimeoutMs: 2 ** 31 }, 'RangeError', /handshakeTimeoutMs/],
  [{ handler, idleTimeoutMs: 0 }, 'RangeError', /idleTimeoutMs/],
  [{ handler, headTimeoutMs: Number.NaN }, 'RangeError', /headTimeoutMs.*NaN/],
  [{ handler, minBytesPerSecond: -1 }, 'RangeError', /minBytesPerSecond/],
  [{ handler, sendTimeoutMs: '1' }, 'TypeError', /sendTimeoutMs as it must be a number/],
  [{ handler, maxMessageBytes: 2 ** 32 }, 'RangeError', /maxMessageBytes/],
  [{ handler, maxHeaderBytes: 1 }, 'RangeError', /maxHeaderBytes/],
  [{ handler, framing: 'lines' }, 'TypeError', /framing.*string/],
  [{ handler, framing: {} }, 'TypeError', /framing/],
  [{ handler, framing: () => null }, 'TypeError', /framing.*null/],
  [{ handler, authKey: 5 }, 'TypeError', /authKey/],
  [{ handler, authKey: '' }, 'RangeError', /authKey.*empty/],
  [{ handler, tls: true }, 'TypeError', /tls.*key and cert/],
  [{ handler, verifyRequest: true }, 'TypeError', /verifyRequest as it must be a function/],
  [{ handler, handleError: null }, 'TypeError', /handleError as it must be a function: it is null/],
  [{ handler, keepAlive: -1 }, 'RangeError', /keepAlive/],
];

for (const [options, name, says] of REFUSED) {
  const shown = typeof options === 'object' && options !== null ? Object.entries(options).at(-1) : options;
  test(`A server made with ${String(shown)} is refused`, () => {
    assert.throws(() => new TcpServer(options as never), { name, message: says });
  });
}

const PATHS: readonly (readonly [path: unknown, error: 'TypeError' | 'RangeError'])[] = [
  [undefined, 'TypeError'],
  ['', 'RangeError'],
  ['@', 'RangeError'],
  ['a\0b', 'RangeError'],
  [`/${'x'.repeat(107)}`, 'RangeError'],
  [`/${'ü'.repeat(54)}`, 'RangeError'],
];

for (const [path, name] of PATHS) {
  test(`A server at the path ${JSON.stringify(path)?.slice(0, 20)} is refused`, () => {
    assert.throws(() => new UnixServer({ handler, path: path as string }), { name });
  });
}

test('A mode that is none is refused', () => {
  for (const mode of [-1, 0o1000, 6.5])
    assert.throws(() => new UnixServer({ handler, path: '/x', mode }), RangeError);
});

test('Options that are left out, or undefined, are as good as said', () => {
  const options = {
    handler,
    port: undefined,
    framing: undefined,
    workers: undefined,
    authKey: undefined,
    tls: undefined,
  };
  assert.ok(new TcpServer(options as never));
  assert.ok(new TcpServer({ handler: RequestHandler, maxConnections: Infinity, idleTimeoutMs: Infinity }));
  assert.ok(new TcpServer({ handler, framing: lines(), keepAlive: false }));
});

test('A framing of one own goes to workers as an exported function only', () => {
  const own: Framing<Buffer, [Uint8Array]> = { ...raw(), name: 'own', spec: undefined };
  assert.ok(new TcpServer({ handler: echo, framing: own }));
  assert.throws(() => new TcpServer({ handler: echo, framing: own, concurrency: 'threads' }), {
    name: 'TypeError',
    message: /own.*exported function/,
  });
});

test('An option of connect() that there is not is refused, before anything is tried', async () => {
  for (const options of [{ time: 5 }, { host: 'x' }, { maxConnections: 5 }])
    await assert.rejects(connect('127.0.0.1:1', options as never), {
      name: 'TypeError',
      message: /no option/,
    });
  for (const options of [{ timeoutMs: -1 }, { authKey: '' }, { maxMessageBytes: 0 }])
    await assert.rejects(connect('127.0.0.1:1', options), RangeError);
  const reason = new Error('enough');
  await assert.rejects(connect('127.0.0.1:1', { signal: AbortSignal.abort(reason) }), reason);
});
