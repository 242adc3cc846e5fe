/**
 * What decoders of whole messages promise about failures and ends, whatever their grammar.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { lengthPrefixed, lines } from '../../../../src/wire/index.ts';
import { drain, LIMITS } from './streams.ts';

const decoderOf = (text: string, maxMessageBytes = 100) => {
  const decoder = lengthPrefixed({ bytes: 1, signed: true }).decoder({ ...LIMITS, maxMessageBytes });
  decoder.push(Buffer.from(text, 'latin1'));
  return decoder;
};

/** What a call throws. */
function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail('it throws nothing');
}

test('A decoder that has failed throws the same at each further call, and holds nothing', () => {
  const decoder = decoderOf('\x01a\xffrest');
  assert.deepEqual(decoder.next(), Buffer.from('a'));
  const failure = thrown(() => decoder.next());
  assert.equal((failure as { code: string }).code, 'protocol');
  assert.equal(decoder.heldBytes, 0);
  for (const call of [() => decoder.next(), () => decoder.push(Buffer.from('x')), () => decoder.end()])
    assert.equal(thrown(call), failure);
  assert.equal(decoder.heldBytes, 0);
});

test('A decoder says that it is inside a message once it needs more of it', () => {
  const decoder = decoderOf('');
  assert.equal(decoder.isInside, false);
  for (const [part, isInside] of [
    ['\x02', true],
    ['a', true],
    ['b', false],
    ['\x00', false],
    ['\x01', true],
  ] as const) {
    decoder.push(Buffer.from(part, 'latin1'));
    drain(decoder);
    assert.equal(decoder.isInside, isInside, JSON.stringify(part));
  }
});

test('A decoder counts the bytes that it holds', () => {
  const decoder = decoderOf('\x02ab\x03cd');
  assert.equal(decoder.heldBytes, 6);
  decoder.next();
  assert.equal(decoder.heldBytes, 3);
  decoder.next();
  assert.equal(decoder.heldBytes, 2);
});

test('A stream that ends in the middle of a message gives what came before, and then what end() threw', () => {
  for (const rest of ['\x03', '\x03cd']) {
    const decoder = decoderOf(`\x02ab\x00${rest}`);
    const failure = thrown(() => decoder.end());
    assert.equal((failure as { code: string }).code, 'protocol');
    assert.equal(decoder.heldBytes, 4);
    assert.deepEqual(drainUntil(decoder, failure), [Buffer.from('ab'), Buffer.alloc(0)]);
    assert.equal(decoder.heldBytes, 0);
    assert.equal(
      thrown(() => decoder.end()),
      failure,
    );
  }
});

test('A stream that breaks the format before its end gives what came before, and then what end() threw', () => {
  const decoder = decoderOf('\x02ab\x00\x80\x01c');
  const failure = thrown(() => decoder.end());
  assert.match(String(failure), /negative/);
  assert.deepEqual(drainUntil(decoder, failure), [Buffer.from('ab'), Buffer.alloc(0)]);
});

test('A stream that ends between messages has nothing more, and may be told so twice', () => {
  const decoder = decoderOf('\x01a');
  decoder.end();
  decoder.end();
  assert.deepEqual(decoder.next(), Buffer.from('a'));
  assert.equal(decoder.next(), undefined);
  assert.equal(decoder.next(), undefined);
  assert.throws(() => decoder.push(Buffer.from('x')), /Broken belief/);
});

test('A decoder whose grammar makes a message of what is left gives that last', () => {
  const decoder = lines().decoder(LIMITS);
  decoder.push(Buffer.from('a\nb'));
  decoder.end();
  assert.equal(decoder.heldBytes, 3);
  assert.equal(decoder.next(), 'a');
  assert.equal(decoder.heldBytes, 1);
  assert.equal(decoder.next(), 'b');
  assert.equal(decoder.next(), undefined);
});

function drainUntil(decoder: ReturnType<typeof decoderOf>, failure: unknown): unknown[] {
  const messages: unknown[] = [];
  for (;;) {
    try {
      const message = decoder.next();
      assert.notEqual(message, undefined);
      messages.push(message);
    } catch (error) {
      assert.equal(error, failure);
      return messages;
    }
  }
}
