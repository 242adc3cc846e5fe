/** The queue of datagrams that wait: its order, its bound, and that it says who had to go. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Waiting } from '../../../../src/net/udp/waiting.ts';

test('Waiting gives what was pushed in the same order', () => {
  const waiting = new Waiting<number>(100);
  for (let one = 0; one < 50; one++) assert.equal(waiting.push(one), undefined);
  assert.equal(waiting.count, 50);
  for (let one = 0; one < 50; one++) assert.equal(waiting.shift(), one);
  assert.equal(waiting.shift(), undefined);
  assert.equal(waiting.count, 0);
});

test('Waiting pushes the oldest out when it is full', () => {
  const waiting = new Waiting<string>(2);
  waiting.push('a');
  waiting.push('b');
  assert.equal(waiting.push('c'), 'a');
  assert.equal(waiting.push('d'), 'b');
  assert.equal(waiting.count, 2);
  assert.deepEqual([waiting.shift(), waiting.shift(), waiting.shift()], ['c', 'd', undefined]);
});

for (const most of [1, 2, 15, 16, 17, 40])
  test(`Waiting does as a list does that is cut at ${most}, in any order of calls`, () => {
    const waiting = new Waiting<number>(most);
    const list: number[] = [];
    // A fixed walk: up, down, up, … and each time further, so that it grows at every place of its ring.
    for (let round = 1, one = 0; round < 30; round++) {
      for (let step = 0; step < round * 2; step++, one++) {
        const gone = waiting.push(one);
        list.push(one);
        assert.equal(gone, list.length > most ? list.shift() : undefined);
        assert.equal(waiting.count, list.length);
      }
      for (let step = 0; step < round; step++) assert.equal(waiting.shift(), list.shift());
      assert.equal(waiting.count, list.length);
    }
  });
