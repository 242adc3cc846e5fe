/** How addresses are written, read, and refused. */
import assert from 'node:assert/strict';
import { createServer, Socket } from 'node:net';
import test from 'node:test';
import {
  type Address,
  addressFrom,
  addressOfSocket,
  checkHost,
  checkPath,
  checkPort,
  isPath,
  textOf,
} from '../../../src/net/address.ts';

/** What people write, what it means, and how it is written back. */
const TEXTS: readonly (readonly [text: string, address: Address, back?: string])[] = [
  ['127.0.0.1:8000', { host: '127.0.0.1', port: 8000 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['example.org:65535', { host: 'example.org', port: 65535 }],
  [':8000', { host: '127.0.0.1', port: 8000 }, '127.0.0.1:8000'],
  ['[::1]:8000', { host: '::1', port: 8000 }],
  ['[::ffff:127.0.0.1]:1', { host: '::ffff:127.0.0.1', port: 1 }],
  ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
  ['tcp://host:80', { host: 'host', port: 80 }, 'host:80'],
  ['tcp://[::1]:80', { host: '::1', port: 80 }, '[::1]:80'],
  ['udp://host:80', { host: 'host', port: 80 }, 'host:80'],
  ['host:00080', { host: 'host', port: 80 }, 'host:80'],
  ['/run/app.sock', { path: '/run/app.sock' }],
  ['./app.sock', { path: './app.sock' }],
  ['../app.sock', { path: '../app.sock' }],
  ['@app', { path: '@app' }],
  ['unix:app.sock', { path: 'app.sock' }, 'app.sock'],
  ['unix:///run/app.sock', { path: '/run/app.sock' }, '/run/app.sock'],
  ['unix:/run/a:1', { path: '/run/a:1' }, '/run/a:1'],
  ['unix:@app', { path: '@app' }, '@app'],
];

for (const [text, address, back = text] of TEXTS) {
  test(`The address "${text}" is read, and written as "${back}"`, () => {
    assert.deepEqual(addressFrom(text), address);
    assert.deepEqual(addressFrom(address), address, 'as an object');
    assert.equal(textOf(address), back);
    assert.equal(isPath(address), 'path' in address);
  });
}

test('An address of an object has nothing else of it', () => {
  const more = { host: 'h', port: 1, family: 4 };
  assert.deepEqual(addressFrom(more), { host: 'h', port: 1 });
  const both = { path: '/a', host: 'h', port: 1 };
  assert.deepEqual(addressFrom(both), { path: '/a' });
});

const NO_ADDRESS = /must look like host:port/;
const REFUSED: readonly (readonly [address: unknown, error: typeof Error, message: RegExp])[] = [
  ['', RangeError, NO_ADDRESS],
  ['localhost', RangeError, NO_ADDRESS],
  ['localhost:', RangeError, NO_ADDRESS],
  ['localhost:http', RangeError, NO_ADDRESS],
  ['localhost:-1', RangeError, NO_ADDRESS],
  ['localhost:1.5', RangeError, NO_ADDRESS],
  ['localhost:123456', RangeError, NO_ADDRESS],
  ['localhost:80\n', RangeError, NO_ADDRESS],
  ['http://host:80', RangeError, NO_ADDRESS],
  ['::1:80', RangeError, NO_ADDRESS],
  ['[::1]', RangeError, NO_ADDRESS],
  ['unix:', RangeError, NO_ADDRESS],
  ['localhost:65536', RangeError, /port must be a whole number from 0 to 65535: current value is 65536/],
  ['my host:80', RangeError, /host must be a name or a number: current value is "my host"/],
  ['@', RangeError, /path must not be empty/],
  ['/a\0b', RangeError, /path must not be empty, nor have a zero in it/],
  [`/${'x'.repeat(107)}`, RangeError, /at most 107 bytes, and this one has 108: give a shorter one/],
  [`/${'é'.repeat(60)}`, RangeError, /this one has 121/],
  [undefined, TypeError, /must be \{ host, port \}, \{ path \} or a string: current value is undefined/],
  [null, TypeError, /current value is null/],
  [8000, TypeError, /current value is 8000/],
  [{}, TypeError, /host must be a string: it is undefined/],
  [{ host: 5, port: 1 }, TypeError, /host must be a string: it is number/],
  [{ host: '', port: 1 }, RangeError, /host must be a name or a number: current value is ""/],
  [{ host: 'a/b', port: 1 }, RangeError, /host must be a name or a number/],
  [{ host: 'a\0b', port: 1 }, RangeError, /host must be a name or a number/],
  [{ host: 'x'.repeat(256), port: 1 }, RangeError, /host must be a name or a number/],
  [{ host: 'h' }, TypeError, /port must be a number: it is undefined/],
  [{ host: 'h', port: '80' }, TypeError, /port must be a number: it is string/],
  [{ host: 'h', port: -1 }, RangeError, /current value is -1/],
  [{ host: 'h', port: 80.5 }, RangeError, /current value is 80.5/],
  [{ host: 'h', port: Number.NaN }, RangeError, /current value is NaN/],
  [{ path: 5 }, TypeError, /path must be a string: it is number/],
  [{ path: undefined }, TypeError, /path must be a string: it is undefined/],
  [{ path: '' }, RangeError, /path must not be empty/],
];

for (const [address, error, message] of REFUSED) {
  const shown = (JSON.stringify(address) ?? 'undefined').slice(0, 40);
  test(`No address is ${shown}`, () => {
    assert.throws(
      () => addressFrom(address as never),
      (thrown: Error) => {
        assert.equal(thrown.constructor, error);
        assert.match(thrown.message, message);
        assert.match(thrown.message, /^Cannot (?:use|read) an address as /);
        return true;
      },
    );
  });
}

test('What is at a limit is taken', () => {
  const path = `/${'x'.repeat(106)}`;
  assert.equal(checkPath(path), path);
  assert.equal(checkHost('x'.repeat(255)).length, 255);
  assert.deepEqual([checkPort(0), checkPort(65535)], [0, 65535]);
});

test('The other side of a socket without a name is written as one', () => {
  assert.equal(textOf({ path: '' }), '(no name)');
});

test('A socket has two addresses while it is open, and none before and after', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const socket = new Socket();
  assert.equal(addressOfSocket(socket, 'local'), undefined);
  const { port } = server.address() as { port: number };
  socket.connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  assert.deepEqual(addressOfSocket(socket, 'remote'), { host: '127.0.0.1', port });
  assert.deepEqual(addressOfSocket(socket, 'local'), { host: '127.0.0.1', port: socket.localPort });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.destroy();
  server.close();
  await closed;
  assert.equal(addressOfSocket(socket, 'remote'), undefined);
});
