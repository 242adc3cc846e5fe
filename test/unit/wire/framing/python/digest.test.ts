/**
 * Proofs and challenges: each digest as CPython computes it, and whatever is no proof.
 */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import test from 'node:test';
import {
  ANSWER_TO_S,
  auth,
  CHALLENGE_S,
  counting,
  FAILURE,
  frame,
  hex,
  join,
  OLD_CHALLENGE,
  refused,
  WELCOME,
} from './transcript.ts';

test('PythonAuth answers in every digest that CPython has, and in MD5 only if it is told to', () => {
  // _create_response(b'geheim', b'{<name>}' + bytes(range(40))) of CPython 3.13.0
  for (const [name, mac] of [
    [
      'sha384',
      '2a81db9da3721a8fb3110ce30ca8ec60e7cf7feeaa0abc05139a4e71a7042553e4828e72de4f9e048b3575d53b5a8c33',
    ],
    ['sha3_256', '51d58fa715600b45e4df0df3b76abc3158abec04161ee4fcd13668a730cfcf94'],
    [
      'sha3_384',
      '2196c18d63316707b012fa5a47b148a0c8d06389cc5cddcd125fcb30e6a8a736c835a8e3aebf1ab7c5e7503abfdfb186',
    ],
    ['md5', '357de1c55f2d286d54ac3fb6e5200e484af7'.slice(4)],
  ] as const) {
    const challenge = frame(`#CHALLENGE#{${name}}`, counting(0)(40));
    const legacy = name === 'md5';
    const client = auth({ role: 'client', legacy });
    assert.deepEqual(join(client.push(challenge)), frame(`{${name}}`, hex(mac)), name);
    if (legacy) {
      const { error } = refused(auth({ role: 'client' }), challenge);
      assert.equal(error.facts['reason'], 'legacy');
    }
  }
});

test('PythonAuth takes an answer in a stronger digest than the one it asked for', () => {
  const server = auth({});
  server.start();
  const mac = crypto
    .createHmac('sha384', 'geheim')
    .update(`{sha256}${String.fromCharCode(...counting(0)(40))}`)
    .digest();
  assert.deepEqual(join(server.push(frame('{sha384}', mac))), WELCOME);
});

test('PythonAuth refuses wrong proofs of any form and length', () => {
  const right = ANSWER_TO_S.subarray(4);
  const flipped = Buffer.from(right);
  flipped[39]! ^= 1;
  for (const [answer, legacy, reason] of [
    [flipped, false, 'wrong-key'],
    [right.subarray(0, -1), false, 'wrong-key'],
    [Buffer.concat([right, Buffer.of(0)]), false, 'wrong-key'],
    [Buffer.concat([Buffer.from('{sha384}'), right.subarray(8)]), false, 'wrong-key'],
    [Buffer.concat([Buffer.from('{sha512}'), right.subarray(8)]), false, 'no-key'],
    [Buffer.from('{sha256}'), false, 'wrong-key'],
    [Buffer.alloc(0), false, 'no-key'],
    [Buffer.alloc(16), true, 'wrong-key'],
    [Buffer.concat([Buffer.from('{md5}'), Buffer.alloc(16)]), true, 'wrong-key'],
    // Our own challenge, sent back as an answer.
    [CHALLENGE_S.subarray(15), false, 'wrong-key'],
    [CHALLENGE_S.subarray(4), false, 'same-role'],
    [Buffer.from('#WELCOME#'), false, 'no-key'],
  ] as const) {
    const server = auth({ legacy });
    server.start();
    const { error, lastWords } = refused(server, frame(answer));
    assert.equal(error.code, 'auth');
    assert.deepEqual({ ...error.facts }, { refusedBy: 'us', reason });
    assert.equal(lastWords, FAILURE.toString('latin1'));
  }
});

test('PythonAuth refuses a challenge that is its own, too short, or of an unknown kind', () => {
  for (const [challenge, reason] of [
    [CHALLENGE_S, 'reflected'],
    [frame('#CHALLENGE#', counting(0)(19)), 'bad-challenge'],
    [frame('#CHALLENGE#'), 'bad-challenge'],
    [frame('#CHALLENGE#', counting(0)(21)), 'bad-challenge'],
    [frame('#CHALLENGE#{sha1}', counting(0)(40)), 'bad-challenge'],
    [frame('#CHALLENGE#{constructor}', counting(0)(40)), 'bad-challenge'],
    [frame('#CHALLENGE#{sha256', counting(0)(40)), 'bad-challenge'],
    [WELCOME, 'no-key'],
  ] as const) {
    const server = auth({});
    server.start();
    server.push(ANSWER_TO_S);
    const { error, lastWords } = refused(server, challenge);
    assert.deepEqual({ ...error.facts }, { refusedBy: 'us', reason });
    assert.equal(lastWords, '');
  }
});

test('PythonAuth says what the system lacks when it has no such digest', (t) => {
  const original = crypto.createHmac;
  t.mock.method(crypto, 'createHmac', (name: string, key: Uint8Array) => {
    if (name === 'md5') throw new Error('digital envelope routines::unsupported');
    return original(name, key);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const { error } = refused(auth({ role: 'client', legacy: true }), OLD_CHALLENGE);
  assert.equal(error.code, 'unsupported');
  assert.match(error.message, /this system has no md5/);
});
