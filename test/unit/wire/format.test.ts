/**
 * The bytes themselves: what version 1 of the format looks like. If a line here has to change, VERSION has to, too.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { decode, encode, type Outgoing } from '../../../src/wire/index.ts';
import { assertSame } from './same.ts';

const outgoing: Outgoing = {
  handleOf: (value) => (value instanceof URL ? { kind: 1, offset: 2, serial: 3 } : undefined),
  addressOf: () => ({ url: 'u', name: 'n', hash: '' }),
};

/** Header without magic and version, then the rest, in hexadecimal. */
function shown(value: unknown): string {
  const { bytes } = encode(value, outgoing);
  assert.equal(Buffer.from(bytes).toString('hex', 0, 4), 'd7010000');
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const parts = [4, 8, 12].map((at) => header.getUint32(at, true));
  return [
    parts.join(' '),
    ...[[16, parts[0]], parts, parts.slice(1)].map(([from, to]) =>
      Buffer.from(bytes.subarray(from, to)).toString('hex'),
    ),
  ]
    .join(' | ')
    .trimEnd(); // prettier-ignore
}

const message = (body: string): string => {
  const end = 16 + body.length / 2;
  return `${end} ${end} ${end} | ${body} |  |`;
};

test('Values have the bytes that the table in the format says', () => {
  const bodies: [unknown, string][] = [
    [7, '87'],
    [127, 'ff'],
    [-1, '05ff'],
    [128, '068000'],
    [-70_000, '0790eefeff'],
    [1.5, '08000000000000f83f'],
    [-0, '080000000000000080'],
    [5n, '090500000000000000'],
    [-(2n ** 64n), '0b09010000000000000000'],
    ['', '40'],
    ['é', '41e9'],
    ['x'.repeat(64), `0c40${'78'.repeat(64)}`],
    ['多', '0d011a59'],
    [undefined, '01'],
    [[null, true, false], '1103020304'],
    [new Array(2), '11020e0e'],
    [Object.assign([1], { a: 2 }), '12018101416182'],
    [{}, '10010000010000'],
    [{ 1: 2 }, '100001413182'],
    [new Map([[1, 2]]), '14018182'],
    [new Set([1]), '150181'],
    [new Date(1), '16000000000000f03f'],
    [/a/g, '1741614167'],
    [Object(true), '1803'],
    [
      (() => {
        const self: unknown[] = [];
        self.push(self);
        return self;
      })(),
      '11010f00',
    ], // prettier-ignore
  ];
  for (const [value, body] of bodies) {
    assert.equal(shown(value), message(body));
    assertSame(decode(encode(value).bytes), value);
  }
});

test('Objects of one shape name their keys once', () => {
  assert.equal(shown([{ a: 1 }, { a: 2 }]), message('11021001010c030001416181100282'));
});

test('Buffers and links stand behind the value', () => {
  assert.equal(shown(new Uint8Array([1, 2])), '21 26 26 | 1b01000002 | 0100020102 |');
  assert.equal(shown(new URL('a:')), '18 18 38 | 1c00 |  | 0100000000000000010000000200000003000000');
  assert.equal(
    shown(() => 1),
    '18 18 31 | 1d00 |  | 00000000010000004175416e40',
  );
});

test('An error names its class and parts', () => {
  const error = new TypeError('m');
  error.stack = 's';
  assert.equal(shown(Object.assign(error, { a: 1 })), message('190103416d417301416181'));
});
