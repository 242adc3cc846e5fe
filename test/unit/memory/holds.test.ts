/** What keeps an object held by a thread: each access, until it is collected or ended. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Hold, Holds } from '../../../src/memory/holds.ts';
import { collectGarbage, until } from '../../harness/tree.ts';

const hold: Hold = { offset: 640, serial: 7 };

test('Holds lets an object go when its last access has been collected', async () => {
  const gone: Hold[] = [];
  const holds = new Holds((lost) => gone.push(lost));
  const kept = {};
  holds.keep(hold, kept);
  (() => holds.keep(hold, {}))();
  await until('the second access is collected', () => {
    collectGarbage();
    return holds.end(hold, kept) ? true : gone.length > 0;
  });
});

test('Holds.end() ends an access at once, and says whether it was the last', () => {
  const holds = new Holds(() => assert.fail('nothing was collected'));
  const [first, second] = [{}, {}];
  holds.keep(hold, first);
  holds.keep(hold, second);
  assert.equal(holds.end(hold, first), false);
  assert.equal(holds.end(hold, first), false, 'it has ended already');
  assert.equal(holds.end(hold, second), true);
});

test('Holds tells of the last access only, and once', async () => {
  const gone: Hold[] = [];
  const holds = new Holds((lost) => gone.push(lost));
  (() => {
    for (let i = 0; i < 3; i++) holds.keep(hold, {});
  })();
  await until('all three are collected', () => {
    collectGarbage();
    return gone.length > 0;
  });
  assert.deepEqual(gone, [hold]);
});
