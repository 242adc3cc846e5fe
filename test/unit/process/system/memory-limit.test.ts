/** What memory a process holds, and who hears of it when. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Process, Queue } from '../../../../src/index.ts';
import { checkMemoryLimits, memoryOf, watchMemory } from '../../../../src/process/system/memory-limit.ts';
import { holds } from '../../../fixtures/processes/hungry.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { endChildren, until } from '../../../harness/tree.ts';

const MIB = 1024 * 1024;

endsClean();

interface Timer {
  readonly look: () => void;
  unref(): void;
}
/** The looks that watches take again and again; the tests say when. */
const looks: Set<Timer> = new Set();
let unrefs = 0;

beforeEach(() => {
  looks.clear();
  unrefs = 0;
  const { clearInterval: clear } = globalThis;
  mock.method(
    globalThis,
    'clearInterval',
    (timer: Timer) => void (looks.delete(timer) || clear(timer as never)),
  );
});
afterEach(async () => {
  mock.restoreAll();
  await endChildren();
});

/** As watchMemory(). The timers of others go their own way. */
const watch: typeof watchMemory = (...args) => {
  const { setInterval: set } = globalThis;
  const makeTimer = (look: () => void, everyMs: number): Timer => {
    assert.ok(everyMs >= 100 && everyMs <= 250);
    const timer = { look, unref: () => void unrefs++ };
    looks.add(timer);
    return timer;
  };
  globalThis.setInterval = makeTimer as never;
  try {
    return watchMemory(...args);
  } finally {
    globalThis.setInterval = set;
  }
};

function lookAgain(times = 1): void {
  for (let i = 0; i < times; i++) for (const { look } of looks) look();
}

/** A child that holds as much as it is told. */
async function startHolder(): Promise<{
  readonly child: Process<typeof holds>;
  readonly pid: number;
  hold(...mib: readonly number[]): Promise<void>;
}> {
  const orders = new Queue<readonly number[]>();
  const done = new Queue<number>();
  const child = await new Process({ target: holds, args: [orders, done] }).start();
  const pid = await done.get();
  return {
    child,
    pid,
    async hold(...mib) {
      const before = memoryOf(pid).residentBytes;
      await orders.put(mib.map((one) => one * MIB));
      await done.get();
      // What is freed may be given back a moment later.
      if (mib.at(-1) === 0)
        await until('it holds less', () => memoryOf(pid).residentBytes <= before + 32 * MIB);
    },
  };
}

test('memoryOf() says what a process holds, and the most it ever held', async () => {
  const { child, pid, hold } = await startHolder();
  const before = memoryOf(pid);
  assert.ok(before.residentBytes > 20 * MIB && before.peakBytes >= before.residentBytes);
  await hold(128);
  const full = memoryOf(pid);
  assert.ok(full.residentBytes > before.residentBytes + 100 * MIB);
  assert.ok(full.residentBytes < before.residentBytes + 200 * MIB);
  await hold(0);
  await until('it is given back', () => memoryOf(pid).residentBytes < full.residentBytes - 100 * MIB);
  // The system counts pages by CPU, and adds them up roughly when it notes the peak.
  assert.ok(memoryOf(pid).peakBytes > full.residentBytes - 8 * MIB);
  child.kill();
  // Dead and not asked for, and then gone.
  const refusal = { name: 'DuodaoError', code: 'exited', facts: { pid } };
  await until('it has ended', () => !isReadable(pid));
  assert.throws(() => memoryOf(pid), refusal);
  await child.join();
  assert.throws(() => memoryOf(pid), refusal);
});

function isReadable(pid: number): boolean {
  try {
    return memoryOf(pid).residentBytes > 0;
  } catch {
    return false;
  }
}

test('watchMemory() tells of the soft limit each time it is reached, and of the hard one once', async () => {
  const { pid, hold } = await startHolder();
  const { residentBytes } = memoryOf(pid);
  const told: string[] = [];
  const limits = { softBytes: residentBytes + 64 * MIB, hardBytes: residentBytes + 224 * MIB };
  watch(pid, limits, {
    onSoft: (held) => told.push(`soft ${held.residentBytes >= limits.softBytes}`),
    onHard: (held) => told.push(`hard ${held.residentBytes >= limits.hardBytes}`),
  });
  const seen = (): string[] => {
    lookAgain(3);
    return told.splice(0);
  };
  assert.deepEqual(seen(), []);
  await hold(128);
  assert.deepEqual(seen(), ['soft true']);
  await hold(0);
  await until('it holds less', () => memoryOf(pid).residentBytes < limits.softBytes);
  assert.deepEqual(seen(), []);
  await hold(128);
  assert.deepEqual(seen(), ['soft true']);
  await hold(320);
  assert.deepEqual(seen(), ['hard true']);
  assert.equal(looks.size, 0);
  await hold(0);
  await hold(320);
  assert.deepEqual(seen(), []);
});

test('watchMemory() tells of a burst between two looks, but not of one before it began', async () => {
  const { pid, hold } = await startHolder();
  const { residentBytes } = memoryOf(pid);
  const hardBytes = residentBytes + 100 * MIB;
  let bursts = 0;
  const onHard = (): void => void bursts++;
  const stop = watch(pid, { hardBytes }, { onHard });
  await hold(200, 0);
  await until('it holds less', () => memoryOf(pid).residentBytes < hardBytes);
  lookAgain();
  assert.equal(bursts, 1);
  watch(pid, { hardBytes }, { onHard });
  lookAgain(3);
  assert.equal(bursts, 1);
  stop();
});

test('watchMemory() ends when it is told to, and with the process', async () => {
  const { child, pid, hold } = await startHolder();
  const told: string[] = [];
  const limits = { softBytes: memoryOf(pid).residentBytes + 64 * MIB };
  const stop = watch(pid, limits, { onSoft: () => told.push('stopped') });
  watch(pid, limits, { onSoft: () => told.push('watching') });
  stop();
  await hold(128);
  lookAgain();
  assert.deepEqual(told, ['watching']);
  child.kill();
  await child.join();
  assert.equal(looks.size, 1);
  lookAgain();
  assert.equal(looks.size, 0);
  assert.equal(unrefs, 2);
  assert.deepEqual(told, ['watching']);
});

test('A watch of a process that has ended is quiet', async () => {
  const { child, pid } = await startHolder();
  child.kill();
  await child.join();
  const told: string[] = [];
  const say = (): void => void told.push('anything');
  watch(pid, { softBytes: 1, hardBytes: 1 }, { onSoft: say, onHard: say });
  lookAgain();
  assert.deepEqual(told, []);
  assert.equal(looks.size, 0);
});

test('checkMemoryLimits() refuses what is no limit, and names it', () => {
  for (const limits of [{}, { softBytes: 1 }, { hardBytes: 1 }, { softBytes: 5, hardBytes: 5 }])
    checkMemoryLimits(limits);
  for (const bytes of [0, -1, Number.NaN]) {
    const message = new RegExp(`hardBytes .*: current value is ${bytes}$`);
    assert.throws(() => checkMemoryLimits({ hardBytes: bytes }), { name: 'RangeError', message });
    assert.throws(() => watchMemory(process.pid, { softBytes: bytes }, {}), RangeError);
  }
  assert.throws(() => checkMemoryLimits({ softBytes: 6, hardBytes: 5 }), RangeError);
  assert.throws(() => checkMemoryLimits({ softBytes: '1' as never }), TypeError);
});
