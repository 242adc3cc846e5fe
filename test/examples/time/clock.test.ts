/** The clock against clocks that the test turns by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Clock, type Hands } from '../../../examples/time/clock.ts';

const MS = 1_000_000n;
const SECOND = 1000n * MS;

/** A machine whose time goes on only by its own readings, 100 ns each, and when it is told. */
class Machine implements Hands {
  /** The true time, in nanoseconds since 1970. */
  trueNs = 1_700_000_000n * SECOND + 123_456n;
  #steadyNs = 5n * SECOND;

  pass(ns: bigint): void {
    this.trueNs += ns;
    this.#steadyNs += ns;
  }

  readonly wallMs = (): number => {
    this.pass(100n);
    return Number(this.trueNs / MS);
  };
  readonly steadyNs = (): bigint => {
    this.pass(100n);
    return this.#steadyNs;
  };
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

test('A clock tells the time finer than a millisecond from its first reading on', () => {
  const machine = new Machine();
  const clock = new Clock({ hands: machine });
  assert.ok(distance(clock.now(), machine.trueNs) < 25_000n);
  assert.ok(clock.errorNs < 25_000n);
});

test('A clock says how wrong it may be, and is never further away', () => {
  const passing = fc.array(fc.bigInt(0n, 3n * SECOND), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(passing, (pauses) => {
      const machine = new Machine();
      const clock = new Clock({ hands: machine });
      for (const pause of pauses) {
        machine.pass(pause);
        const told = clock.now();
        assert.ok(distance(told, machine.trueNs) <= clock.errorNs + 200n, `${machine.trueNs - told}`);
        assert.ok(clock.errorNs <= MS / 2n + 200n);
      }
    }),
  );
});

test('A clock stays with a system clock that is trimmed', () => {
  const machine = new Machine();
  const clock = new Clock({ hands: machine });
  for (let second = 0; second < 100; second++) {
    machine.pass(SECOND);
    machine.trueNs += 400_000n; // 400 parts in a million faster than hrtime: 40 ms in the end
    assert.ok(distance(clock.now(), machine.trueNs) < MS, `after ${second} s`);
  }
});

test('A clock follows a system clock that is set, forward and back', () => {
  const machine = new Machine();
  const clock = new Clock({ hands: machine });
  for (const step of [3600n * SECOND, -7200n * SECOND, 2n * MS, -2n * MS]) {
    machine.trueNs += step;
    assert.ok(distance(clock.now(), machine.trueNs) <= MS, `set by ${step} ns`);
  }
});

test('A clock does not go backwards while the system clock is not set', () => {
  const machine = new Machine();
  const clock = new Clock({ hands: machine });
  machine.trueNs += 3600n * SECOND; // from here on it knows the millisecond only
  let last = clock.now();
  for (let reading = 0; reading < 5000; reading++) {
    machine.pass(BigInt((reading * 7919) % 300_000));
    const told = clock.now();
    assert.ok(told >= last);
    last = told;
  }
});

test('A clock runs ahead, or behind, by as much as it is told, also before 1970', () => {
  for (const aheadSeconds of [1.5, -0.25, -2e9]) {
    const machine = new Machine();
    const clock = new Clock({ aheadSeconds, hands: machine });
    const ahead = BigInt(aheadSeconds * 1e9);
    assert.ok(distance(clock.now(), machine.trueNs + ahead) < 25_000n, `${aheadSeconds} s`);
    machine.pass(SECOND);
    assert.ok(distance(clock.now(), machine.trueNs + ahead) < MS, `${aheadSeconds} s`);
  }
});

test('A clock reads the clocks of this machine if left out', () => {
  const before = BigInt(Date.now()) * MS;
  const told = new Clock().now();
  assert.ok(told >= before - MS && told <= BigInt(Date.now() + 1) * MS + MS);
});
