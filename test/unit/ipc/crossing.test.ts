/**
 * Values on their way: what pack() takes, unpack() gives, with shared objects and exported functions as themselves; and
 * bytes that cannot be read are the trouble of who unpacks them only.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lock, task } from '../../../src/index.ts';
import {
  handlesIn,
  handlesSent,
  handlesTaken,
  needsFunctions,
  pack,
  resolveFunctions,
  unpack,
} from '../../../src/ipc/crossing.ts';
import { here, referenceOf } from '../../../src/memory/index.ts';
import { double } from '../../fixtures/ipc/functions.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

const packed = (value: unknown): Uint8Array => pack(value, 'item').bytes.slice();

test('unpack() gives what pack() took, also when more was packed meanwhile', () => {
  const first = packed({ a: [1, 'two'] });
  const second = packed(new Map([[1, 2]]));
  assert.deepEqual(unpack(first), { a: [1, 'two'] });
  assert.deepEqual(unpack(second), new Map([[1, 2]]));
  assert.deepEqual(handlesIn(first), []);
  assert.equal(needsFunctions(first), false);
});

test('A shared object is a handle in the bytes, named once however often it stands there', () => {
  const lock = new Lock();
  const bytes = packed([lock, { lock }]);
  assert.deepEqual(handlesIn(bytes), [referenceOf(lock)]);
  const [one, { lock: other }] = unpack(bytes) as [Lock, { lock: Lock }];
  assert.equal(one, lock);
  assert.equal(other, lock);
});

test('handlesSent() and handlesTaken() count the handles that are on their way', () => {
  const lock = new Lock();
  const handles = handlesIn(packed(lock));
  const flights = (): number => here().objects.find(handles[0]!)?.flights ?? -1;
  handlesSent(handles);
  handlesSent(handles);
  assert.equal(flights(), 2);
  handlesTaken(handles);
  handlesTaken(handles);
  assert.equal(flights(), 0);
});

test('What cannot cross is named by its path from the root that the caller gives', () => {
  assert.throws(() => pack([{ here: () => 1 }], 'args'), { message: /args\[0\]\.here/ });
});

test('A function of ours needs no loading when it comes home', () => {
  const bytes = packed({ double });
  assert.equal(needsFunctions(bytes), false);
  assert.equal((unpack(bytes) as { double: unknown }).double, double);
});

test('A function that is only named is loaded before it can be had', async () => {
  const url = new URL('../../fixtures/ipc/late.ts', import.meta.url);
  const bytes = packed([task(url, 'tripled')]);
  assert.equal(needsFunctions(bytes), true);
  assert.throws(() => unpack(bytes), {
    name: 'DuodaoError',
    code: 'unsupported',
    message: /tripled.*late\.ts.*not loaded here.*awaited form/,
    facts: { url: url.href, name: 'tripled' },
  });
  await resolveFunctions(bytes);
  assert.equal(needsFunctions(bytes), false);
  const [tripled] = unpack(bytes) as [(number: number) => number];
  assert.equal(tripled(3), 9);
});

test('A function whose module is not there rejects when it is resolved', async () => {
  const bytes = packed(task(new URL('../../fixtures/ipc/nowhere.ts', import.meta.url), 'work'));
  await assert.rejects(resolveFunctions(bytes));
  assert.equal(needsFunctions(bytes), true);
});

test('Bytes that cannot be read have no links, and unpack() says that they cannot be read', async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(40), packed([new Lock(), double]).fill(0xff, 8)]) {
    assert.deepEqual(handlesIn(bytes), []);
    assert.equal(needsFunctions(bytes), false);
    await resolveFunctions(bytes);
    assert.throws(() => unpack(bytes), { name: 'DuodaoError', code: 'protocol' });
  }
});

test('The handle of an object that is gone is told as closed', () => {
  const lock = new Lock();
  const bytes = packed(lock);
  const [handle] = handlesIn(bytes);
  assert.ok(handle);
  const serial = new Uint8Array(new Uint32Array([handle.serial, handle.serial + 1_000_000]).buffer);
  const at = bytes.findIndex((_, index) =>
    serial.subarray(0, 4).every((byte, i) => bytes[index + i] === byte),
  );
  bytes.set(serial.subarray(4), at);
  assert.throws(() => unpack(bytes), { name: 'DuodaoError', code: 'closed' });
});
