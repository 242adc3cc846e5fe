/** Packets of NTP against bytes that other programs sent, and times against what they must mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodePacket,
  differenceNs,
  encodePacket,
  ntpTimeOf,
  offsetAndDelay,
  type Packet,
  question,
  referenceOf,
  referenceText,
  unixNsOf,
} from '../../../examples/time/sntp.ts';

const SECOND = 1_000_000_000n;

/** An answer of a public server, stratum 1, written down from the wire. */
const ANSWER = Buffer.from(
  [
    '240103e8', // leap 0, version 4, mode 4; stratum 1; poll 3; precision -24
    '00000000',
    '00000048', // 72/65536 s
    '47505300', // GPS
    'c50204ec ec42ee92',
    'd8d4a5a3 5c28f5c3',
    'c50204eb d49c7bd8',
    'c50204eb d4a11f4e',
  ]
    .join('')
    .replaceAll(' ', ''),
  'hex',
);

test('decodePacket() reads each field of an answer', () => {
  assert.deepEqual(decodePacket(ANSWER), {
    leap: 0,
    version: 4,
    mode: 4,
    stratum: 1,
    poll: 3,
    precision: -24,
    rootDelaySeconds: 0,
    rootDispersionSeconds: 72 / 65_536,
    referenceId: 0x47_50_53_00,
    reference: 0xc50204ecec42ee92n,
    originate: 0xd8d4a5a35c28f5c3n,
    receive: 0xc50204ebd49c7bd8n,
    transmit: 0xc50204ebd4a11f4en,
  } satisfies Packet);
});

test('encodePacket() writes the bytes that decodePacket() read', () => {
  assert.deepEqual(Buffer.from(encodePacket(decodePacket(ANSWER)!)), ANSWER);
});

test('A packet of any 48 bytes is the same after decoding and encoding, and what follows is not looked at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 48, maxLength: 80 }), (bytes) => {
      assert.deepEqual(encodePacket(decodePacket(bytes)!), bytes.slice(0, 48));
    }),
  );
});

test('decodePacket() reads a packet that lies in the middle of a buffer', () => {
  const around = Buffer.concat([Buffer.alloc(5, 0xff), ANSWER, Buffer.alloc(5, 0xff)]);
  assert.deepEqual(decodePacket(around.subarray(5, 53)), decodePacket(ANSWER));
});

test('decodePacket() answers nothing to 47 bytes and less', () => {
  for (const length of [0, 1, 12, 47]) assert.equal(decodePacket(ANSWER.subarray(0, length)), undefined);
});

test('A question says only its version, its mode and the number to be brought back', () => {
  for (const [version, first] of [
    [1, '0b'],
    [2, '13'],
    [3, '1b'],
    [4, '23'],
  ] as const) {
    const bytes = Buffer.from(encodePacket(question(version, 0x0102030405060708n)));
    assert.equal(bytes.toString('hex'), `${first}${'00'.repeat(39)}0102030405060708`);
  }
});

test('Times on the wire are seconds since 1900 with a fraction', () => {
  const table: readonly (readonly [string, bigint])[] = [
    ['1970-01-01T00:00:00Z', 2_208_988_800n << 32n],
    ['2004-09-27T03:18:04Z', 0xc50204ecn << 32n],
    ['1999-12-31T23:59:59Z', 3_155_673_599n << 32n],
    ['2036-02-07T06:28:15Z', 0xffffffffn << 32n],
    ['2036-02-07T06:28:17Z', 1n << 32n], // run over
  ];
  for (const [text, time] of table) {
    const unixNs = BigInt(Date.parse(text)) * 1_000_000n;
    assert.equal(ntpTimeOf(unixNs), time, text);
    assert.equal(unixNsOf(time, unixNs + 1000n * SECOND), unixNs, text);
  }
  assert.equal(ntpTimeOf(SECOND / 2n), (2_208_988_800n << 32n) + (1n << 31n));
});

test('The moment at which the seconds run over is not told as "not known"', () => {
  assert.equal(ntpTimeOf(BigInt(Date.parse('2036-02-07T06:28:16Z')) * 1_000_000n), 1n);
});

test('A moment comes back from the wire to the nanosecond, from 1902 to 2300, if one nearby is known', () => {
  const moment = fc.bigInt(-68n * 365n * 86_400n * SECOND, 330n * 365n * 86_400n * SECOND);
  const distance = fc.bigInt(-60n * 365n * 86_400n * SECOND, 60n * 365n * 86_400n * SECOND);
  fc.assert(
    fc.property(moment, distance, (at, away) => {
      const back = unixNsOf(ntpTimeOf(at), at + away);
      assert.ok(back - at <= 1n && at - back <= 1n, `${back} is not ${at}`);
    }),
  );
});

test('Offset and delay are those that the clocks and the ways had, also where the seconds run over', () => {
  const overflow = BigInt(Date.parse('2036-02-07T06:28:16Z')) * 1_000_000n;
  const span = fc.bigInt(0n, 10n * SECOND);
  const start = fc.oneof(
    fc.bigInt(-5n * SECOND, 5n * SECOND).map((near) => overflow + near),
    span,
  );
  fc.assert(
    fc.property(start, fc.bigInt(-1000n * SECOND, 1000n * SECOND), span, span, (asked, ahead, way, work) => {
      const { offsetNs, delayNs } = offsetAndDelay({
        asked: ntpTimeOf(asked),
        received: ntpTimeOf(asked + way + ahead),
        answered: ntpTimeOf(asked + way + work + ahead),
        back: ntpTimeOf(asked + 2n * way + work),
      });
      assert.ok(near(offsetNs, ahead), `offset ${offsetNs}, not ${ahead}`);
      assert.ok(near(delayNs, 2n * way), `delay ${delayNs}, not ${2n * way}`);
    }),
  );
});

function near(a: bigint, b: bigint): boolean {
  return a - b <= 3n && b - a <= 3n;
}

test('The offset is wrong by half of what one way took longer than the other', () => {
  const { offsetNs, delayNs } = offsetAndDelay({
    asked: ntpTimeOf(0n),
    received: ntpTimeOf(SECOND),
    answered: ntpTimeOf(SECOND),
    back: ntpTimeOf(SECOND),
  });
  assert.deepEqual([offsetNs, delayNs], [SECOND / 2n, SECOND]);
});

test('differenceNs() counts backwards, too', () => {
  assert.equal(differenceNs(0n, 1n << 32n), -SECOND);
  assert.equal(differenceNs(1n << 31n, 0xffffffff80000000n), SECOND);
});

test('A reference is letters at stratum 0 and 1, an address above, and nothing that drives a terminal', () => {
  assert.equal(referenceText(referenceOf('RATE'), 0), 'RATE');
  assert.equal(referenceText(referenceOf('GPS'), 1), 'GPS');
  assert.equal(referenceText(0x7f_7f_01_01, 2), '127.127.1.1');
  assert.equal(referenceText(0xff_00_00_01, 15), '255.0.0.1');
  assert.equal(referenceText(0x1b_5b_32_4a, 1), '?[2J');
  assert.equal(referenceText(0, 0), '');
});
