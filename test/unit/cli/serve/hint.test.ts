/** How to try a server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hintFor, type Spoken } from '../../../../src/cli/serve/hint.ts';

const TCP: Spoken = {
  kind: 'tcp',
  address: { host: '127.0.0.1', port: 80 },
  framing: 'lines',
  isSecret: false,
  isEncrypted: false,
};

test('A server of lines is tried by typing', () => {
  assert.equal(hintFor(TCP), 'nc 127.0.0.1 80');
  assert.equal(hintFor({ ...TCP, kind: 'udp', framing: 'raw' }), 'nc -u 127.0.0.1 80');
  assert.equal(hintFor({ ...TCP, kind: 'unix', address: { path: "./it's" } }), String.raw`nc -U './it'\''s'`);
  assert.equal(hintFor({ ...TCP, kind: 'unix', address: { path: '@a' } }), 'socat - ABSTRACT:a');
  assert.equal(hintFor({ ...TCP, isEncrypted: true }), 'openssl s_client -quiet -connect 127.0.0.1:80');
});

test('Who listens on all networks is reached by this machine', () => {
  assert.equal(hintFor({ ...TCP, address: { host: '0.0.0.0', port: 80 } }), 'nc 127.0.0.1 80');
  assert.equal(hintFor({ ...TCP, address: { host: '::', port: 80 } }), 'nc ::1 80');
});

test('Messages that nobody can type are written by printf', () => {
  const first = (framing: string): string | undefined => hintFor({ ...TCP, framing });
  assert.equal(first('dict'), String.raw`printf '\2\0\0\0{}' | nc 127.0.0.1 80`);
  assert.equal(first('length:4'), String.raw`printf '\5\0\0\0hello' | nc 127.0.0.1 80`);
  assert.equal(first('length:2:big'), String.raw`printf '\0\5hello' | nc 127.0.0.1 80`);
});

test('Python has a client of its own, which knows of keys', () => {
  assert.match(hintFor({ ...TCP, framing: 'python' })!, /^python3 -c ".*Client\(\('127\.0\.0\.1', 80\)\);/);
  const secret = { ...TCP, framing: 'python', isSecret: true, address: { path: '@a' } };
  assert.match(hintFor(secret)!, /Client\('\\0a', authkey=b'\.\.\.'\)/);
});

test('There is none where nobody has a client', () => {
  assert.equal(hintFor({ ...TCP, isSecret: true }), undefined);
  assert.equal(hintFor({ ...TCP, framing: 'python', isEncrypted: true }), undefined);
});
