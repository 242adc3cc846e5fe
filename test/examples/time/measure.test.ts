/** Which answers a client believes, and what it makes of several. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filtered, judge, type Sample } from '../../../examples/time/measure.ts';
import { encodePacket, ntpTimeOf, type Packet, question, referenceOf } from '../../../examples/time/sntp.ts';

const MS = 1_000_000n;
const SECOND = 1000n * MS;
const NOW = 1_800_000_000n * SECOND;
const ASKED = { number: 0x1122334455667788n, atNs: NOW };
/** A way of 5 ms in each direction, and a server that is 1.5 s ahead. */
const BACK = NOW + 11n * MS;

function answer(fields: Partial<Packet> = {}): Uint8Array {
  const ahead = NOW + 1500n * MS;
  return encodePacket({
    ...question(4, ntpTimeOf(ahead + 6n * MS)),
    mode: 4,
    stratum: 2,
    precision: -20,
    referenceId: 0x0a_00_00_01,
    originate: ASKED.number,
    receive: ntpTimeOf(ahead + 5n * MS),
    ...fields,
  });
}

test('A good answer tells offset, delay, stratum, reference and the time there', () => {
  const sample = judge(answer(), ASKED, BACK);
  assert.ok(!('refused' in sample));
  assert.deepEqual([sample.stratum, sample.reference], [2, '10.0.0.1']);
  assert.ok(near(sample.offsetNs, 1500n * MS) && near(sample.delayNs, 10n * MS));
  assert.ok(near(sample.serverNs, NOW + 1506n * MS));
});

function near(a: bigint, b: bigint): boolean {
  return a - b <= 3n && b - a <= 3n;
}

test('What cannot be believed is refused, each for its own reason', () => {
  const table: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(), /it has 0 bytes/],
    [answer().subarray(0, 47), /it has 47 bytes/],
    [answer({ mode: 3 }), /its mode is 3/],
    [answer({ mode: 5 }), /its mode is 5/],
    [answer({ originate: ASKED.number + 1n }), /another question/],
    [answer({ originate: 0n }), /another question/],
    [answer({ stratum: 16 }), /its stratum is 16/],
    [answer({ stratum: 255 }), /its stratum is 255/],
    [answer({ leap: 3 }), /not synchronised/],
    [answer({ receive: 0n }), /a time is missing/],
    [answer({ transmit: 0n }), /a time is missing/],
    [answer({ rootDelaySeconds: 32 }), /wrong by 16 s/],
    [answer({ rootDispersionSeconds: 16 }), /wrong by 16 s/],
    [answer({ transmit: ntpTimeOf(NOW) }), /left before the question came/],
    [answer({ transmit: ntpTimeOf(NOW + 1600n * MS) }), /took longer for it/],
  ];
  for (const [bytes, why] of table) {
    const judged = judge(bytes, ASKED, BACK);
    assert.ok('refused' in judged, `${why} must be refused`);
    assert.match(judged.refused, why);
    assert.equal(judged.kiss, undefined);
  }
});

test('A kiss of death is told with its code, but only when it is one for our question', () => {
  const kiss = { stratum: 0, leap: 3, referenceId: referenceOf('RATE') };
  const genuine = judge(answer(kiss), ASKED, BACK);
  assert.ok('refused' in genuine && genuine.kiss === 'RATE');
  assert.match(genuine.refused, /RATE: we ask too often/);
  const forged = judge(answer({ ...kiss, originate: 1n }), ASKED, BACK);
  assert.ok('refused' in forged && forged.kiss === undefined);
  const unknown = judge(answer({ ...kiss, referenceId: referenceOf('\u001b[2J') }), ASKED, BACK);
  assert.ok('refused' in unknown && unknown.kiss === '?[2J');
});

function sample(offsetMs: bigint, delayMs: bigint): Sample {
  return { offsetNs: offsetMs * MS, delayNs: delayMs * MS, stratum: 1, reference: 'X', serverNs: 0n };
}

test('The best of several samples is the one with the smallest delay, and jitter is how the others differ', () => {
  const result = filtered([sample(40n, 90n), sample(10n, 2n), sample(13n, 5n), sample(14n, 4n)]);
  assert.deepEqual(result?.best, sample(10n, 2n));
  assert.ok(Math.abs(result.jitterNs - Math.sqrt((30 ** 2 + 3 ** 2 + 4 ** 2) / 3) * 1e6) < 1);
});

test('One sample has no jitter, and none no result', () => {
  assert.equal(filtered([sample(1n, 1n)])?.jitterNs, 0);
  assert.equal(filtered([]), undefined);
});
