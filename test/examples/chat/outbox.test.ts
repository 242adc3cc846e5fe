/** Lines on their way to guests who read, read slowly, or are gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../../examples/chat/outbox.ts';

/** A guest who reads a line when he is told to. */
function slowGuest(mostLines = 3) {
  const sent: string[] = [];
  let release = (): void => undefined;
  let refuse: (reason: Error) => void = () => undefined;
  let full = 0;
  const outbox = new Outbox({
    mostLines,
    onFull: () => full++,
    send(line) {
      sent.push(line);
      return new Promise((resolve, reject) => {
        release = resolve;
        refuse = reject;
      });
    },
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    outbox,
    sent,
    full: () => full,
    async reads(count = 1) {
      for (; count > 0; count--) {
        release();
        await turn();
      }
    },
    async vanishes() {
      refuse(new Error('gone'));
      await turn();
    },
  };
}

test('Lines are sent one after the other, in order', async () => {
  const { outbox, sent, reads } = slowGuest();
  for (const line of ['a', 'b', 'c']) outbox.put(line);
  assert.deepEqual(sent, ['a']);
  await reads(2);
  assert.deepEqual(sent, ['a', 'b', 'c']);
  await reads();
  outbox.put('d');
  assert.deepEqual(sent, ['a', 'b', 'c', 'd']);
});

test('More lines than there is room for are told of once, and nothing is kept or taken from then on', async () => {
  const { outbox, sent, full, reads } = slowGuest(3);
  for (let line = 0; line < 4; line++) outbox.put(`${line}`);
  assert.deepEqual([outbox.waiting, full()], [3, 0]);
  for (let line = 4; line < 10; line++) outbox.put(`${line}`);
  assert.deepEqual([outbox.waiting, full()], [0, 1]);
  const closed = outbox.close('bye');
  await reads(2);
  await closed;
  assert.deepEqual(sent, ['0', 'bye']);
});

test('The last word comes after what waits, and nothing after it', async () => {
  const { outbox, sent, reads } = slowGuest();
  outbox.put('a');
  outbox.put('b');
  const closed = outbox.close('bye');
  outbox.put('c');
  await reads(3);
  await closed;
  await outbox.close('again');
  assert.deepEqual(sent, ['a', 'b', 'bye']);
});

test('An outbox with nothing in it closes at once', async () => {
  await slowGuest().outbox.close();
});

test('A guest who is gone gets nothing more, and closing does not wait for him', async () => {
  const { outbox, sent, vanishes } = slowGuest();
  outbox.put('a');
  outbox.put('b');
  const closed = outbox.close('bye');
  await vanishes();
  await closed;
  outbox.put('c');
  assert.deepEqual(sent, ['a']);
  assert.equal(outbox.waiting, 0);
});
