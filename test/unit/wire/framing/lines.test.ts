/**
 * Lines of text: what is taken off, what is refused on either side, and the longest line.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { lines } from '../../../../src/wire/index.ts';
import { cut, LIMITS, messagesIn, outcome, streamOf } from './streams.ts';

const text = (bytes: string, framing = lines()): string[] =>
  messagesIn(framing, [Buffer.from(bytes, 'latin1')]);

test('lines() takes off the newline, and one carriage return before it', () => {
  assert.deepEqual(text('a\nb\r\n\r\r\n\n\r\nc\rd\n'), ['a', 'b', '\r', '', '', 'c\rd']);
});

test('lines() gives what is left at the end as a line', () => {
  assert.deepEqual(text('a\nb'), ['a', 'b']);
  assert.deepEqual(text('a\nb\r'), ['a', 'b\r']);
  assert.deepEqual(text(''), []);
  assert.deepEqual(text('\n'), ['']);
  assert.deepEqual(text('a||b|', lines({ newline: '||' })), ['a', 'b|']);
});

test('lines() knows any newline, and takes off no more than that', () => {
  assert.deepEqual(text('a\nb\r\n\r\n', lines({ newline: '\r\n' })), ['a\nb', '']);
  assert.deepEqual(text('a\0\r\0', lines({ newline: '\0' })), ['a', '\r']);
  assert.deepEqual(text('aaa|', lines({ newline: 'aa' })), ['', 'a|']);
  const framing = lines({ newline: '。' });
  assert.deepEqual(messagesIn(framing, cut(Buffer.from('多。道。'), [1])), ['多', '道']);
});

test('lines() reads and writes latin1 byte for byte', () => {
  const framing = lines({ encoding: 'latin1' });
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
    .join('')
    .replace('\n', '');
  assert.deepEqual(messagesIn(framing, [streamOf(framing, [[all]])]), [all]);
  assert.throws(() => framing.encode(['Ā'], LIMITS), { name: 'RangeError', message: /up to U\+00FF/ });
});

test('lines() refuses what is not UTF-8 rather than replace it', () => {
  for (const hex of ['ff0a', 'c30a', 'eda0800a', 'c0800a', 'f48fbfbf800a', 'ff'])
    assert.equal(outcome(lines().decoder(LIMITS), [Buffer.from(hex, 'hex')]), 'protocol', hex);
});

test('lines() takes a line as long as the limit however it is cut, and refuses a longer one', () => {
  const limits = { ...LIMITS, maxMessageBytes: 10 };
  for (const sizes of [[1], [3], [11], [100]])
    for (const [newline, end] of [
      ['\n', '\n'],
      ['\n', '\r\n'],
      ['\r\n', '\r\n'],
      ['|||', '|||'],
    ] as const) {
      const framing = lines({ newline });
      const good = Buffer.from(`${'x'.repeat(10)}${end}`.repeat(3));
      assert.equal(messagesIn(framing, cut(good, sizes), limits).length, 3);
      const bad = Buffer.from(`${'x'.repeat(11)}${end}`);
      assert.equal(outcome(framing.decoder(limits), cut(bad, sizes)), 'over-limit', `${end} ${sizes[0]}`);
    }
  assert.equal(outcome(lines().decoder(limits), [Buffer.from('x'.repeat(11))]), 'over-limit');
  assert.deepEqual(messagesIn(lines(), [Buffer.from('x'.repeat(10))], limits), ['x'.repeat(10)]);
});

test('lines() refuses a line without end as soon as it is too long', () => {
  const decoder = lines().decoder({ ...LIMITS, maxMessageBytes: 1000 });
  let pushed = 0;
  assert.throws(
    () => {
      for (;;) {
        decoder.push(Buffer.alloc(100, 'x'));
        pushed += 100;
        assert.equal(decoder.next(), undefined);
        assert.equal(decoder.heldBytes, pushed);
      }
    },
    { code: 'over-limit' },
  );
  assert.equal(pushed, 1100);
  assert.equal(decoder.heldBytes, 0);
});

test('lines() refuses to send what would arrive as something else', () => {
  const refused: readonly (readonly [newline: string, line: string])[] = [
    ['\n', 'a\nb'],
    ['\n', '\n'],
    ['\n', 'a\r'],
    ['\r\n', 'a\r\nb'],
    ['aa', 'ba'],
    ['\n', '\ud800'],
  ];
  for (const [newline, line] of refused)
    assert.throws(
      () => lines({ newline }).encode([line], LIMITS),
      { name: 'RangeError' },
      JSON.stringify(line),
    );
  assert.throws(() => lines().encode([5 as unknown as string], LIMITS), { name: 'TypeError' });
  assert.throws(() => lines().encode(['é'.repeat(6)], { ...LIMITS, maxMessageBytes: 11 }), {
    code: 'over-limit',
  });
  assert.equal(lines().encode(['é'.repeat(6)], { ...LIMITS, maxMessageBytes: 12 })[0]?.length, 13);
});

test('lines() either refuses a text or brings it over as it is', () => {
  const part = fc.constantFrom('\r', '\n', 'a', '|', 'é', '😀', '\ud800', 'Ā');
  fc.assert(
    fc.property(
      fc.array(
        fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
        { maxLength: 5 },
      ),
      fc.constantFrom('\n', '\r\n', '|', '||', '\n\r', 'a\n', 'é'),
      fc.constantFrom('utf8' as const, 'latin1' as const),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (texts, newline, encoding, sizes) => {
        const framing = lines({ newline, encoding });
        const sent = texts.filter((line) => {
          try {
            return framing.encode([line], LIMITS).length > 0;
          } catch (error) {
            assert.equal((error as Error).name, 'RangeError');
            return false;
          }
        });
        const stream = streamOf(
          framing,
          sent.map((line) => [line] as const),
        );
        assert.deepEqual(messagesIn(framing, cut(stream, sizes)), sent);
      },
    ),
  );
});

test('lines() refuses options that there are not', () => {
  assert.throws(() => lines({ newline: '' }), { name: 'RangeError' });
  assert.throws(() => lines({ newline: 'x'.repeat(17) }), { name: 'RangeError' });
  assert.throws(() => lines({ newline: 10 as unknown as string }), { name: 'TypeError' });
  assert.throws(() => lines({ newline: '\ud800' }), { name: 'RangeError', message: /utf8 can carry/ });
  assert.throws(() => lines({ newline: '多', encoding: 'latin1' }), { name: 'RangeError' });
  assert.throws(() => lines({ encoding: 'utf16le' as 'utf8' }), { name: 'RangeError' });
});
