/** Questions and answers that find rooms, as bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  answerIn,
  answerWith,
  nonceIn,
  QUESTION_BYTES,
  questionWith,
} from '../../../examples/chat/discovery-packets.ts';

const NONCE = '0123456789abcdef0123456789abcdef';

test('A question and an answer come back from their bytes', () => {
  assert.equal(nonceIn(questionWith(NONCE)), NONCE);
  const answer = { nonce: NONCE, port: 4242, title: '大厅 of bob' };
  assert.deepEqual(answerIn(answerWith(answer), NONCE), answer);
});

test('No answer is longer than the question, whatever the title', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (title) => {
      const bytes = answerWith({ nonce: NONCE, port: 65_535, title });
      assert.ok(bytes.byteLength <= QUESTION_BYTES);
      assert.ok(!bytes.toString('utf8').includes('\ufffd') || title.includes('\ufffd'), 'a letter was cut');
    }),
  );
});

test('What is no question is not answered', () => {
  const question = questionWith(NONCE);
  const table: Readonly<Record<string, Buffer>> = {
    nothing: Buffer.alloc(0),
    'too short': question.subarray(0, 100),
    'too long': Buffer.concat([question, Buffer.from('.')]),
    'an answer': answerWith({ nonce: NONCE, port: 1, title: '' }),
    'an answer of that length': Buffer.alloc(
      QUESTION_BYTES,
      answerWith({ nonce: NONCE, port: 1, title: '..' }),
    ),
    'another version': Buffer.from(question.toString('latin1').replace('? 1', '? 2'), 'latin1'),
    'no nonce': Buffer.from(question.toString('latin1').replace('0123', 'xyz!'), 'latin1'),
    'something else behind': Buffer.from(question.toString('latin1').replace(/\.$/, 'x'), 'latin1'),
    noise: Buffer.alloc(QUESTION_BYTES, 0xff),
  };
  for (const [name, bytes] of Object.entries(table)) assert.equal(nonceIn(bytes), undefined, name);
});

test('What is no answer to our question is not believed', () => {
  const other = NONCE.replace('0', 'f');
  const table: Readonly<Record<string, string | Buffer>> = {
    'another nonce': answerWith({ nonce: other, port: 1, title: '' }),
    'port 0': `duodao-room! 1 ${NONCE} 0\nx`,
    'port 65536': `duodao-room! 1 ${NONCE} 65536\nx`,
    'no port': `duodao-room! 1 ${NONCE} \nx`,
    'our question': questionWith(NONCE),
    nothing: '',
    'too long': `duodao-room! 1 ${NONCE} 1\n${'x'.repeat(QUESTION_BYTES)}`,
  };
  for (const [name, bytes] of Object.entries(table))
    assert.equal(answerIn(Buffer.from(bytes), NONCE), undefined, name);
});

test('A title that would drive a terminal is written out', () => {
  const bytes = answerWith({ nonce: NONCE, port: 1, title: '\u001b[2Ja\nb' });
  assert.equal(answerIn(bytes, NONCE)?.title, '\\u001b[2Ja\\u000ab');
});
