/** The fields by which requests and answers find each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHeader, idIn, withoutFields } from '../../../../src/net/requests/fields.ts';
import { DictMessage } from '../../../../src/net/index.ts';

test('An id is a whole number or a short text, and need not be there', () => {
  for (const id of [0, -1, 7, Number.MAX_SAFE_INTEGER, '', 'x'.repeat(128), undefined])
    assert.equal(idIn({ x_id: id }), id);
  assert.equal(idIn({}), undefined);
  for (const id of [1.5, 2 ** 53, 1e300, 'x'.repeat(129), null, true, {}, [1]])
    assert.throws(() => idIn({ x_id: id }), RangeError);
});

test('Our fields are taken out of a header, and nothing else', () => {
  const header = JSON.parse(
    '{"a":1,"x_id":2,"x_reply_to":3,"x_error":4,"x_other":5,"__proto__":6}',
  ) as object;
  const rest = withoutFields({ ...header });
  assert.deepEqual(Object.entries(rest), [
    ['a', 1],
    ['x_other', 5],
    ['__proto__', 6],
  ]);
});

test('A header with our fields makes no request, nor does what is no plain object', () => {
  checkHeader({ x_other: 1 });
  checkHeader(Object.create(null) as Record<string, unknown>);
  for (const name of ['x_id', 'x_reply_to', 'x_error'])
    assert.throws(() => checkHeader({ [name]: 1 }), new RegExp(`TypeError.*${name} is ours`));
  for (const wrong of [null, undefined, 'text', [], new Map(), new DictMessage({}, Buffer.alloc(0))])
    assert.throws(() => checkHeader(wrong as never), /TypeError.*plain object/);
});
