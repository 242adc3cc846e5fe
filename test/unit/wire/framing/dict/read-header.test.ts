/**
 * Headers from anybody: what is read, and what is refused with which sentence.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readHeader } from '../../../../../src/wire/framing/dict/read-header.ts';
import { dictHeader } from '../../../../../src/wire/index.ts';
import { drain, LIMITS, outcome } from '../streams.ts';

const utf8 = (text: string): Buffer => Buffer.from(text);
const deep = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

// What follows the length, or the length alone.
const REFUSED: Readonly<Record<string, readonly [header: Buffer | number, says: RegExp]>> = {
  'length 0': [0, /a header cannot have 0 bytes$/],
  'length -1': [-1, /a header cannot have -1 bytes$/],
  'length -2^31': [-(2 ** 31), /cannot have -2147483648 bytes/],
  'length 2^31 - 1': [2 ** 31 - 1, /2147483647 bytes, and the limit is 65536$/],
  'one more than the limit': [65_537, /65537 bytes/],
  'GET ': [542_393_671, /542393671 bytes, and the limit is 65536; it looks like HTTP$/],
  POST: [0x54534f50, /looks like HTTP$/],
  'a TLS hello of version 1.0': [0x02010316, /looks like TLS$/],
  'a short TLS hello': [0x00010316, /66326 bytes, and the limit is 65536; it looks like TLS$/],
  '{"a"': [0x2261227b, /looks like text$/],
  'SSH-': [0x2d485353, /looks like SSH$/],
  'a length in the other byte order': [0x0f000000, /in the other byte order it would be 15$/],
  'a negative length in the other byte order': [-(2 ** 31) + 0x10, /$/],
  'not UTF-8': [Buffer.from('7b2261223a22ff227d', 'hex'), /its header is not UTF-8/],
  'half a surrogate pair in UTF-8': [Buffer.from('7b2261223a22eda080227d', 'hex'), /is not UTF-8/],
  'an overlong form': [Buffer.from('7b2261223a22c0af227d', 'hex'), /is not UTF-8/],
  'UTF-16': [Buffer.from('{}', 'utf16le'), /is not JSON/],
  'two byte order marks': [utf8('\ufeff\ufeff{}'), /is not JSON/],
  'no JSON': [utf8('hello'), /is not JSON/],
  'half of JSON': [utf8('{"a":1'), /is not JSON/],
  'JSON and more': [utf8('{}{}'), /is not JSON/],
  'a comment': [utf8('{}//'), /is not JSON/],
  NaN: [utf8('{"a":NaN}'), /is not JSON/],
  spaces: [utf8('   '), /is not JSON/],
  'a NUL': [utf8('{}\0'), /is not JSON/],
  'an array': [utf8('[1]'), /must be an object: it is an array/],
  null: [utf8('null'), /must be an object: it is null/],
  'a number': [utf8('5'), /must be an object: it is 5/],
  'a string': [utf8('"x"'), /must be an object: it is "x"/],
  '33 levels': [utf8(deep(33)), /nested deeper than 32 levels/],
  '30 000 levels that never end': [utf8('['.repeat(30_000)), /nested deeper than 32 levels/],
  'deep objects behind a string with a quote': [
    utf8(`{"\\"]":${'{"a":'.repeat(40)}1${'}'.repeat(41)}`),
    /nested deeper/,
  ],
  'file_size 1.5': [utf8('{"file_size":1.5}'), /a file_size that is no whole number .* it is 1.5$/],
  'file_size -1': [utf8('{"file_size":-1}'), /it is -1$/],
  'file_size "12"': [utf8('{"file_size":"12"}'), /it is "12"$/],
  'file_size true': [utf8('{"file_size":true}'), /it is true$/],
  'file_size null': [utf8('{"file_size":null}'), /it is null$/],
  'file_size []': [utf8('{"file_size":[5]}'), /it is an array$/],
  'file_size {}': [utf8('{"file_size":{}}'), /it is of class Object$/],
  'file_size 2^53': [utf8('{"file_size":9007199254740992}'), /it is 9007199254740992$/],
  'file_size 2^53 + 1': [utf8('{"file_size":9007199254740993}'), /from 0 to 2\^53 − 1/],
  'file_size 1e400': [utf8('{"file_size":1e400}'), /it is Infinity$/],
  'the file_size of the source material': [
    utf8('{"file_size":123132131232342342423423423423432423432}'),
    /it is 1.2313213123234235e\+38$/,
  ],
  'two of file_size, the last one bad': [utf8('{"file_size":1,"file_size":-1}'), /it is -1$/],
};

for (const [name, [header, says]] of Object.entries(REFUSED))
  test(`A header is refused: ${name}`, () => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(typeof header === 'number' ? header : header.length);
    const decoder = dictHeader().decoder(LIMITS);
    decoder.push(typeof header === 'number' ? bytes : Buffer.concat([bytes, header]));
    assert.throws(() => decoder.next(), { name: 'DuodaoError', code: 'protocol', message: says });
    assert.equal(decoder.heldBytes, 0);
  });

test('A header that is too long is refused before any of it has come', () => {
  const decoder = dictHeader().decoder({ ...LIMITS, maxHeaderBytes: 10 });
  decoder.push(Buffer.of(11, 0, 0));
  assert.deepEqual(drain(decoder), []);
  decoder.push(Buffer.of(0));
  assert.throws(() => decoder.next(), { code: 'protocol', message: /11 bytes, and the limit is 10$/ });
});

test('A body that is too long is refused before any of it has come', () => {
  const header = utf8('{"file_size":1048577}');
  const stream = Buffer.concat([Buffer.of(header.length, 0, 0, 0), header]);
  assert.equal(outcome(dictHeader().decoder(LIMITS), [stream]), 'over-limit');
});

// And what is read after all.
const READ: readonly (readonly [text: string, header: unknown, size: number])[] = [
  ['{}', {}, 0],
  [' {"a": 1}\r\n', { a: 1 }, 0],
  ['\ufeff{"a":"\ufeff"}', { a: '\ufeff' }, 0],
  ['{"file_size":1e3}', { file_size: 1000 }, 1000],
  ['{"file_size":5.0}', { file_size: 5 }, 5],
  ['{"file_size":-0}', { file_size: -0 }, 0],
  ['{"file_size":9007199254740991}', { file_size: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER],
  ['{"file_size":7,"file_size":8}', { file_size: 8 }, 8],
  [deep(32), JSON.parse(deep(32)), 0],
  [`{"a":"${'[{'.repeat(100)}"}`, { a: '[{'.repeat(100) }, 0],
  [`{"a":"${'\\"['.repeat(100)}"}`, { a: '"['.repeat(100) }, 0],
  [`{"a":[${'[],'.repeat(100)}{}]}`, JSON.parse(`{"a":[${'[],'.repeat(100)}{}]}`), 0],
];

test('A header is read: sizes in any spelling, 32 levels, brackets in strings, a byte order mark', () => {
  for (const [text, header, size] of READ) {
    const read = readHeader(utf8(text));
    assert.deepEqual(read.header, header, text);
    assert.equal(Object.is(read.size, size), true, text);
  }
});

test('A header never becomes a prototype', () => {
  const { header, size } = readHeader(utf8('{"__proto__":{"file_size":9,"polluted":1},"constructor":2}'));
  assert.equal(Object.getPrototypeOf(header), Object.prototype);
  assert.equal(Object.hasOwn(header, '__proto__'), true);
  assert.equal(header['polluted'], undefined);
  assert.equal(size, 0);
  assert.equal('polluted' in {}, false);
});
