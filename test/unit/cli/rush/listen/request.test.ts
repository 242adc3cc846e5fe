/** What is an order, and what is said of everything else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderIn } from '../../../../../src/cli/rush/listen/request.ts';
import { order } from './counter-jobs.ts';

test('orderIn takes an order, and none of the fields that it does not know', () => {
  assert.deepEqual(orderIn({ ...order(1), file_size: 0, extra: {} }), order(1));
  assert.deepEqual(orderIn(order('x'.repeat(100))), order('x'.repeat(100)));
});

test('orderIn says all that is wrong, and repeats the id where there is one', () => {
  assert.deepEqual(orderIn({ id: 7, train: 'G1', class: 3, seats: '2' }), {
    id: 7,
    status: 'error',
    reason: 'malformed',
    message:
      'buyer must be a text: it is missing; class must be a text: it is 3; seats must be a number: it is "2"',
  });
  for (const value of [null, 5, 'text', [order(1)], undefined]) {
    const reply = orderIn(value);
    assert.ok('status' in reply && reply.status === 'error' && !('id' in reply));
  }
  const unsafe = orderIn({ ...order(1), id: 2 ** 53 });
  assert.ok('status' in unsafe && !('id' in unsafe));
});

test('orderIn takes no texts that are too long to be remembered', () => {
  for (const field of ['id', 'buyer', 'train', 'class']) {
    const reply = orderIn({ ...order(1), [field]: 'x'.repeat(101) });
    assert.ok('message' in reply, field);
    assert.equal(reply.message, `${field} must have 100 characters at most: it has 101`);
    assert.ok(field !== 'id' || !('id' in reply));
  }
});
