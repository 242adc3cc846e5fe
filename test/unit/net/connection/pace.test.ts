/** What a connection is held to in time, tick by tick: who is late, and who is only slow. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { DuodaoError } from '../../../../src/base/index.ts';
import type { Channel } from '../../../../src/net/connection/channel.ts';
import { connectionLimits, type LimitOptions } from '../../../../src/net/connection/limits.ts';
import { Pace } from '../../../../src/net/connection/pace.ts';

/** What a channel looks like at a tick. */
interface Look {
  bytesIn: number;
  isLingering: boolean;
  isWaitedFor: boolean;
  isInside: boolean;
  isInHead: boolean | undefined;
  takes: number;
  isBehind: boolean;
  isIdle: boolean;
  bytesWritten: number;
  writableLength: number;
  writeQueueSize: number | undefined;
}

interface Fixture {
  /** So much later, it looks like this. */
  at(ms: number, look?: Partial<Look>): void;
  readonly late: string[];
  readonly destroyed: string[];
}

function pace(limits: LimitOptions, first: Partial<Look> = {}): Fixture {
  const look: Look = {
    bytesIn: 0,
    isLingering: false,
    isWaitedFor: false,
    isInside: false,
    isInHead: undefined,
    takes: 0,
    isBehind: false,
    isIdle: true,
    bytesWritten: 0,
    writableLength: 0,
    writeQueueSize: 0,
    ...first,
  };
  const late: string[] = [];
  const destroyed: string[] = [];
  const channel = {
    limits: connectionLimits(limits),
    remoteAddress: { host: 'peer', port: 1 },
    get isLingering() {
      return look.isLingering;
    },
    get bytesIn() {
      return look.bytesIn;
    },
    get incoming() {
      const { isInHead } = look;
      return { ...look, decoder: isInHead === undefined ? {} : { isInHead } };
    },
    get outgoing() {
      return look;
    },
    get socket() {
      const socket = { ...look, destroy: () => destroyed.push('socket') };
      if (look.writeQueueSize !== undefined) Reflect.set(socket, '_handle', look);
      return socket;
    },
    destroy: ({ code, message }: DuodaoError) => {
      assert.equal(code, 'timed-out');
      late.push(message.replace('The connection with peer:1 was ended as ', ''));
    },
  };
  const one = new Pace(channel as unknown as Channel);
  one.stop(); // ticks come from here
  let now = 5_000_000;
  const at = (ms: number, change: Partial<Look> = {}): void => {
    now += ms;
    Object.assign(look, change);
    one.check(now);
  };
  return { at, late, destroyed };
}

const WAITING = { isWaitedFor: true };

test('One who is waited for and is silent is late after idleTimeoutMs', () => {
  const { at, late } = pace({ idleTimeoutMs: 1000 }, WAITING);
  at(0);
  at(999);
  assert.deepEqual(late, []);
  at(1);
  assert.deepEqual(late, ['nothing has come from it for 1000 ms']);
});

test('Silence begins anew with each byte, and is none while nobody waits or something is to be sent', () => {
  const { at, late } = pace({ idleTimeoutMs: 1000 }, WAITING);
  at(0);
  for (const change of [{ bytesIn: 1 }, { isWaitedFor: false }, { isWaitedFor: true, isBehind: true }]) {
    at(900, change);
    at(900, { ...WAITING, isBehind: false });
  }
  assert.deepEqual(late, []);
});

test('Without idleTimeoutMs one may be silent for ever', () => {
  const { at, late } = pace({}, WAITING);
  for (let round = 0; round < 100; round++) at(1e9);
  assert.deepEqual(late, []);
});

const LIMITS = { headTimeoutMs: 1000, minBytesPerSecond: 100 };
const INSIDE = { isWaitedFor: true, isInside: true };

test('A head that is not whole in its time is late, however much of it comes', () => {
  const { at, late } = pace(LIMITS, { ...INSIDE, isInHead: true });
  at(0);
  at(1000, { bytesIn: 10_000 });
  assert.deepEqual(late, []);
  at(1, { bytesIn: 20_000 });
  assert.deepEqual(late, ['a message that had begun was not whole after 1001 ms']);
});

test('A body may take its time while as much comes as must, and is late when it drips', () => {
  const { at, late } = pace(LIMITS, { ...INSIDE, isInHead: false });
  at(0, { bytesIn: 500 });
  for (let second = 0; second <= 10; second++) at(1000, { bytesIn: 500 + second * 100 });
  assert.deepEqual(late, []);
  at(1000, { bytesIn: 500 + 1099 });
  assert.deepEqual(late, ['a message that had begun was not whole after 12000 ms']);
});

test('A message without a head is held to its bytes from its beginning', () => {
  const { at, late } = pace(LIMITS, INSIDE);
  at(0);
  at(2000, { bytesIn: 100 });
  assert.deepEqual(late, []);
  at(1000, { bytesIn: 199 });
  assert.equal(late.length, 1);
});

test('With a rate of 0 a body may take as long as it likes', () => {
  const { at, late } = pace({ ...LIMITS, minBytesPerSecond: 0 }, { ...INSIDE, isInHead: false });
  for (let round = 0; round < 100; round++) at(1000);
  assert.deepEqual(late, []);
});

test('Each message has its own time, and none runs while nobody waits', () => {
  const { at, late } = pace(LIMITS, { ...INSIDE, isInHead: true });
  at(0);
  for (let takes = 1; takes < 5; takes++) at(900, { takes });
  at(900, { isInside: false });
  at(900, { isInside: true });
  at(900);
  assert.deepEqual(late, []);
});

const SENDING = { isBehind: true, isIdle: false, bytesWritten: 1_000_000, writableLength: 500_000 };

test('One who takes nothing of what is sent is late after sendTimeoutMs', () => {
  const { at, late } = pace({ sendTimeoutMs: 1000 }, { ...SENDING, writeQueueSize: 300_000 });
  at(0);
  at(100);
  at(999);
  assert.deepEqual(late, []);
  at(1);
  assert.deepEqual(late, ['it has taken nothing of what was sent to it for 1000 ms']);
});

test('One who takes a little of a long write each time is only slow', () => {
  const { at, late } = pace({ sendTimeoutMs: 1000 }, SENDING);
  for (let left = 300_000; left > 0; left -= 10_000) at(900, { writeQueueSize: left });
  assert.deepEqual(late, []);
});

test('One who takes whole writes is not late, though as much is left of the next, or more', () => {
  const { at, late } = pace({ sendTimeoutMs: 1000 }, SENDING);
  for (let round = 1; round < 30; round++)
    at(900, { bytesWritten: 1_000_000 * round, writeQueueSize: 100_000 + round });
  assert.deepEqual(late, []);
});

test('One who has taken all of it begins anew', () => {
  const { at, late } = pace({ sendTimeoutMs: 1000 }, { ...SENDING, writeQueueSize: 300_000 });
  at(0);
  at(900);
  at(900, { isBehind: false });
  at(900, { isBehind: true });
  at(900);
  assert.deepEqual(late, []);
});

test('On a Node.js that does not tell how much of a write is left, whole writes count', () => {
  const { at, late } = pace({ sendTimeoutMs: 1000 }, { ...SENDING, writeQueueSize: undefined });
  at(0);
  at(900);
  at(900, { bytesWritten: 2_000_000 });
  at(500);
  at(900);
  assert.deepEqual(late, []);
  at(500);
  assert.equal(late.length, 1);
});

const LINGERING = { isLingering: true };

test('One that lingers is closed when the other side has not ended after two seconds', () => {
  const { at, late, destroyed } = pace({ idleTimeoutMs: 1 }, { ...LINGERING, ...WAITING });
  at(0);
  at(1999);
  assert.deepEqual(destroyed, []);
  at(1);
  assert.deepEqual([destroyed, late], [['socket'], []]);
});

test('Last words that are not with the kernel yet, or still to be read from somewhere, are waited for', () => {
  const { at, destroyed } = pace({}, { ...LINGERING, isIdle: false });
  for (let round = 0; round < 10; round++) at(1900);
  at(1900, { isBehind: true, writableLength: 10, bytesWritten: 10 });
  at(1900, { isBehind: false, isIdle: true });
  at(1900);
  assert.deepEqual(destroyed, []);
  at(100);
  assert.deepEqual(destroyed, ['socket']);
});

test('One who takes nothing of the last words is late as well', () => {
  const { at, late } = pace({ sendTimeoutMs: 1000 }, { ...LINGERING, ...SENDING });
  for (let round = 0; round < 3; round++) at(1000);
  assert.equal(late.length, 1);
});
