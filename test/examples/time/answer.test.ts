/** What a time server answers: each question once, and nothing else at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerTo, kissOfDeath, questionIn, sealed } from '../../../examples/time/answer.ts';
import { decodePacket, encodePacket, question } from '../../../examples/time/sntp.ts';

const STANDING = { stratum: 10, errorSeconds: 0.001 };
const QUESTION = encodePacket(question(4, 0x0123456789abcdefn));

function withFirstByte(leap: number, version: number, mode: number): Uint8Array {
  const bytes = QUESTION.slice();
  bytes[0] = (leap << 6) | (version << 3) | mode;
  return bytes;
}

test('Questions of versions 1 to 4 are answered, whatever their leap indicator', () => {
  for (const version of [1, 2, 3, 4])
    for (const leap of [0, 3]) assert.equal(questionIn(withFirstByte(leap, version, 3))?.version, version);
});

test('Nothing but a question is answered', () => {
  const table: Readonly<Record<string, Uint8Array>> = {
    'no bytes': new Uint8Array(),
    '47 bytes': QUESTION.subarray(0, 47),
    'a control message of 12 bytes': Uint8Array.from([0x16, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...Object.fromEntries(
      [0, 5, 6, 7].map((version) => [`version ${version}`, withFirstByte(0, version, 3)]),
    ),
    ...Object.fromEntries([0, 1, 2, 4, 5, 6, 7].map((mode) => [`mode ${mode}`, withFirstByte(0, 4, mode)])),
    text: Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n'),
  };
  for (const [name, bytes] of Object.entries(table)) assert.equal(questionIn(bytes), undefined, name);
});

test('A question with extension fields and a signature behind it is answered by its first 48 bytes', () => {
  const long = Buffer.concat([QUESTION, Buffer.alloc(28 + 20, 0xee)]);
  assert.deepEqual(questionIn(long), questionIn(QUESTION));
});

test('An answer brings back the number exactly, has the version of the question and the times of the server', () => {
  for (const version of [1, 2, 3, 4]) {
    const bytes = sealed(answerTo(question(version, 0xfedcba9876543210n), 77n << 32n, STANDING), 78n << 32n);
    const { originate, receive, transmit, mode, leap, stratum, ...rest } = decodePacket(bytes)!;
    assert.equal(originate, 0xfedcba9876543210n);
    assert.deepEqual([receive, transmit], [77n << 32n, 78n << 32n]);
    assert.deepEqual([rest.version, mode, leap, stratum], [version, 4, 0, 10]);
  }
});

test('A server that is not synchronised says so', () => {
  const { leap, stratum } = answerTo(question(4, 1n), 1n, { stratum: 16, errorSeconds: 0 });
  assert.deepEqual({ leap, stratum }, { leap: 3, stratum: 16 });
});

test('A kiss of death has stratum 0, its code, and the number of the question', () => {
  const bytes = Buffer.from(sealed(kissOfDeath(question(3, 5n), 'RATE', 9n), 9n));
  const { stratum, leap, version, originate } = decodePacket(bytes)!;
  assert.deepEqual({ stratum, leap, version, originate }, { stratum: 0, leap: 3, version: 3, originate: 5n });
  assert.equal(bytes.toString('latin1', 12, 16), 'RATE');
});

test('No datagram gets an answer that is longer than itself, and no answer is a question', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(255), (bytes, first) => {
      if (bytes.length > 0) bytes[0] = first;
      const asked = questionIn(bytes);
      if (!asked) return;
      const answer = sealed(answerTo(asked, 1n, STANDING), 1n);
      assert.ok(answer.byteLength <= bytes.byteLength);
      assert.equal(questionIn(answer), undefined);
    }),
    { numRuns: 500 },
  );
});
