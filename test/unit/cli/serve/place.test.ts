/** Where a server listens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Place, placeOf, placeText } from '../../../../src/cli/serve/place.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';

const NOTHING = { tcp: undefined, udp: undefined, unix: undefined, mode: undefined };
const tcp = (text: string): Place => placeOf({ ...NOTHING, tcp: text });

test('placeOf takes a port, or a host and a port', () => {
  const places = {
    '8000': ['127.0.0.1', 8000],
    ':0': ['127.0.0.1', 0],
    '0.0.0.0:80': ['0.0.0.0', 80],
    'localhost:65535': ['localhost', 65_535],
    '[::1]:8000': ['::1', 8000],
  } as const;
  for (const [text, [host, port]] of Object.entries(places))
    assert.deepEqual(tcp(text), { kind: 'tcp', host, port }, text);
  assert.equal(placeOf({ ...NOTHING, udp: '53' }).kind, 'udp');
});

test('placeOf refuses what is none, and shows how it is written', () => {
  for (const text of ['', '65536', 'a', 'host', 'host:', '::1:80', 'a b:1', '1:2:3', '-1', '/x:1'])
    assert.throws(
      () => tcp(text),
      /^UsageError: --tcp must be a port from 0 to 65535, or a host and a port/,
      text,
    );
});

test('placeOf takes a path and its mode', () => {
  assert.deepEqual(placeOf({ ...NOTHING, unix: '@name', mode: '0600' }), {
    kind: 'unix',
    path: '@name',
    mode: 0o600,
  });
  for (const mode of ['', '66', '888', '1777', 'rwx'])
    assert.throws(() => placeOf({ ...NOTHING, unix: 'a', mode }), UsageError, mode);
  assert.throws(() => placeOf({ ...NOTHING, tcp: '1', mode: '600' }), /without --unix/);
});

test('placeOf takes one place', () => {
  assert.throws(() => placeOf(NOTHING), /Cannot serve without a place to listen: say --tcp 8000/);
  assert.throws(
    () => placeOf({ ...NOTHING, tcp: '1', unix: 'a' }),
    /Cannot listen by --tcp and by --unix in one server/,
  );
});

test('placeText has brackets where they are needed', () => {
  assert.equal(placeText('tcp', { host: '127.0.0.1', port: 80 }), 'tcp 127.0.0.1:80');
  assert.equal(placeText('udp', { host: '::', port: 80 }), 'udp [::]:80');
  assert.equal(placeText('unix', { path: './a' }), 'unix ./a');
});
