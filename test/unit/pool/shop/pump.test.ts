/** When the pool looks for answers: not while there is nothing to come, soon while there is, asleep after a while. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Pump, type Pumped } from '../../../../src/pool/shop/pump.ts';

class Fake implements Pumped {
  looks = 0;
  sleeps = 0;
  isAwake = false;
  answers = 0;
  waiting = 0;
  wakeUp: () => void = () => undefined;

  work(): { heard: boolean; given: boolean } {
    this.looks += 1;
    const heard = this.answers > 0;
    this.waiting -= this.answers;
    this.answers = 0;
    return { heard, given: false };
  }

  hasAnswers(): boolean {
    return this.answers > 0;
  }

  isWaiting(): boolean {
    return this.waiting > 0;
  }

  isSoon(): boolean {
    return true;
  }

  sleep(wake: () => void): void {
    this.sleeps += 1;
    this.wakeUp = wake;
  }

  wake(): void {
    this.isAwake = true;
  }
}

test('A pump looks once when it is kicked and nothing is to come, and lets whoever sleeps wake up', async () => {
  const fake = new Fake();
  const pump = new Pump(fake);
  pump.kick();
  pump.kick();
  assert.equal(fake.looks, 0, 'not before its caller has come to its end');
  await new Promise(setImmediate);
  assert.deepEqual([fake.looks, fake.sleeps, fake.isAwake], [1, 0, true]);
});

test('A pump that has looked in vain sleeps; it is woken, and rests when all has come', async () => {
  const fake = new Fake();
  fake.waiting = 1;
  const pump = new Pump(fake);
  pump.kick();
  while (fake.sleeps === 0) await new Promise(setImmediate);
  const { looks } = fake;
  await new Promise(setImmediate);
  assert.equal(fake.looks, looks, 'it sleeps');
  fake.answers = 1;
  fake.wakeUp();
  assert.equal(fake.looks, looks + 1);
  assert.ok(fake.isAwake);
});

test('The event loop turns however fast answers come', async () => {
  const fake = new Fake();
  fake.waiting = Number.POSITIVE_INFINITY;
  const pump = new Pump(fake);
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  const look = fake.work.bind(fake);
  fake.work = () => {
    fake.answers = turned ? 0 : 1;
    if (turned) fake.waiting = 0;
    return look();
  };
  pump.kick();
  while (fake.waiting > 0) await new Promise(setImmediate);
  assert.ok(turned);
});
