/**
 * What arrives: who is served when, what ends a wait, and when the socket rests.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { prefixed } from '../../../harness/peer.ts';
import { bytes, ofBytes, ofLines, READ_AHEAD } from './incoming-parts.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('Messages go to those who wait in the order in which they asked, however they come', async () => {
  const { line } = ofLines();
  const asked = [1, 2, 3, 4].map(() => line.receive(undefined));
  for (const piece of ['on', 'e\ntwo\nthr', 'ee\n', 'four\nfive\n']) line.arrived(bytes(piece));
  assert.deepEqual(await Promise.all(asked), ['one', 'two', 'three', 'four']);
  assert.equal(await line.receive(undefined), 'five');
});

test('A wait that ends early has taken nothing, and leaves its place to those behind it', async () => {
  const { line, said } = ofLines();
  const controller = new AbortController();
  const first = line.receive({ timeoutMs: 60_000 });
  const late = assert.rejects(line.receive({ timeoutMs: 1 }), { code: 'timed-out', facts: { timeoutMs: 1 } });
  const second = line.receive({ timeoutMs: Number.POSITIVE_INFINITY });
  const gone = assert.rejects(line.receive({ signal: controller.signal }), { message: 'enough' });
  const last = line.receive(undefined);
  await late;
  controller.abort(new Error('enough'));
  await gone;
  assert.deepEqual(said, []);
  line.arrived(bytes('one\ntwo\nthree\n'));
  assert.deepEqual(await Promise.all([first, second, last]), ['one', 'two', 'three']);
});

test('Who leaves the end of the line is not waited for by the next one', async () => {
  const { line } = ofLines();
  const controller = new AbortController();
  const first = line.receive(undefined);
  const gone = assert.rejects(line.receive({ signal: controller.signal }));
  controller.abort();
  await gone;
  const second = line.receive(undefined);
  line.arrived(bytes('one\ntwo\n'));
  assert.deepEqual(await Promise.all([first, second]), ['one', 'two']);
});

test('A wait of no time takes what is there, and nothing out of its turn', async () => {
  const { line } = ofLines();
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  line.arrived(bytes('one\ntwo'));
  assert.equal(await line.receive({ timeoutMs: 0 }), 'one');
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  const waiting = line.receive(undefined);
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  line.arrived(bytes('\n'));
  assert.equal(await waiting, 'two');
});

test('A signal that is aborted already wins over a message that is there', async () => {
  const { line } = ofLines();
  line.arrived(bytes('one\n'));
  const reason = new Error('no');
  await assert.rejects(line.receive({ signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(line.receive({ signal: AbortSignal.abort(reason), timeoutMs: 0 }), reason);
  assert.equal(await line.receive(undefined), 'one');
});

test('A wait that cannot be used is refused, though a message is there', async () => {
  const { line } = ofLines();
  line.arrived(bytes('one\n'));
  for (const timeoutMs of [-1, Number.NaN]) await assert.rejects(line.receive({ timeoutMs }), RangeError);
  await assert.rejects(line.receive({ timeoutMs: '5' as never }), TypeError);
  assert.equal(await line.receive({ timeoutMs: 2 ** 40 }), 'one');
});

test('After 256 messages that were there already, others have a turn', async () => {
  const { line } = ofLines();
  line.arrived(bytes('x\n'.repeat(1000)));
  let taken = 0;
  const work = (async () => {
    for (; taken < 1000; taken++) await line.receive(undefined);
  })();
  const seen: number[] = [];
  for (let round = 0; round < 3; round++) {
    await turn();
    seen.push(taken);
  }
  assert.ok(seen[0]! >= 255 && seen[0]! <= 256, `${seen[0]} were taken in the first turn`);
  assert.ok(seen[1]! > seen[0]! && seen[1]! < 1000, `${seen[1]} were taken after the second turn`);
  await work;
});

test('A poll takes any number of messages in one turn', async () => {
  const { line } = ofLines();
  line.arrived(bytes('x\n'.repeat(1000)));
  let isOther = false;
  setImmediate(() => (isOther = true));
  for (let round = 0; round < 1000; round++) await line.receive({ timeoutMs: 0 });
  assert.equal(isOther, false);
});

test('The socket rests when enough is held, and goes on when somebody waits for more than that', async () => {
  const { line, said, held } = ofBytes();
  line.arrived(prefixed(Buffer.alloc(READ_AHEAD - 5)));
  assert.deepEqual([said, held], [[], 0]);
  line.arrived(prefixed('next'));
  line.arrived(prefixed('last'));
  assert.deepEqual(said, ['rest'], 'said once');
  await line.receive(undefined);
  assert.equal(String(await line.receive(undefined)), 'next');
  assert.equal(String(await line.receive(undefined)), 'last');
  assert.deepEqual(said, ['rest', 'took', 'took', 'took']);
  const waiting = line.receive(undefined);
  assert.equal(said.at(-1), 'go on');
  line.arrived(prefixed('more'));
  assert.equal(String(await waiting), 'more');
});

test('The socket goes on reading a long message that somebody waits for', async () => {
  const { line, said } = ofBytes();
  const waiting = line.receive(undefined);
  const message = prefixed(Buffer.alloc(3 * READ_AHEAD));
  for (let at = 0; at < message.length; at += READ_AHEAD) line.arrived(message.subarray(at, at + READ_AHEAD));
  assert.equal((await waiting).length, 3 * READ_AHEAD);
  assert.deepEqual(said, ['took']);
});

test('One who only polls has the socket go on as well', async () => {
  const { line, said } = ofBytes();
  line.arrived(prefixed(Buffer.alloc(READ_AHEAD)));
  assert.deepEqual(said, ['rest']);
  await line.receive({ timeoutMs: 0 });
  assert.deepEqual(said, ['rest', 'took']);
  await assert.rejects(line.receive({ timeoutMs: 0 }), { code: 'timed-out' });
  assert.deepEqual(said, ['rest', 'took', 'go on']);
});

test('It is inside of a message only while one waits for it', async () => {
  const { line } = ofBytes();
  line.arrived(prefixed('message').subarray(0, 6));
  assert.deepEqual([line.isInside, line.isWaitedFor], [false, false]);
  const waiting = line.receive(undefined);
  assert.deepEqual([line.isInside, line.isWaitedFor], [true, true]);
  line.arrived(prefixed('message').subarray(6));
  assert.deepEqual([line.isInside, line.isWaitedFor], [false, false]);
  assert.equal(String(await waiting), 'message');
});
