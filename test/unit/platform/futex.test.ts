/**
 * Sleeping on a word that several processes map: the kernel compares before it sleeps, and wakes whoever
 * sleeps on the page, whichever process it is in. The sleepers are real processes.
 */
import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { after, test } from 'node:test';
import {
  FUTEX_STORE_AND_WAKE,
  futexWait,
  futexWake,
  STORE_ZERO,
  storeBit,
} from '../../../src/platform/futex.ts';
import { libc } from '../../../src/platform/libc.ts';
import { createMemory, mapMemory, viewMemory } from '../../../src/platform/memory-map.ts';
import { isAsleepOn, type Part, startPart, until } from './part.ts';

const SIZE = 4096;
const fd = createMemory('test', SIZE);
const address = mapMemory(fd, SIZE);
const words = new Int32Array(viewMemory(address, SIZE));
after(() => closeSync(fd));

async function sleepers(count: number): Promise<Part[]> {
  words[0] = 0;
  const parts = await Promise.all(Array.from({ length: count }, () => startPart('sleepOnFirstWord', fd)));
  for (const { pid, answers } of parts)
    await until('it sleeps', () => isAsleepOn(pid, pid, Number(answers[1])));
  return parts;
}

async function allWoken(parts: readonly Part[]): Promise<void> {
  for (const part of parts) {
    assert.equal(await part.nextLine(), 'woken');
    assert.equal(await part.end, 0);
  }
}

test('futexWait() does not sleep when the word has changed already, whatever its bits', () => {
  for (const value of [1, -1, -(2 ** 31), 2 ** 31 - 1, 0x40000000]) {
    words[1] = value;
    assert.equal(futexWait(address + 4, value ^ 1, 60_000), 'changed');
  }
});

test('futexWait() says when the time is up, and never earlier', () => {
  for (const value of [0, -1, -(2 ** 31) | 5]) {
    words[1] = value;
    for (const timeoutMs of [0, 0.5, 7]) {
      const start = performance.now();
      assert.equal(futexWait(address + 4, value, timeoutMs), 'timed-out');
      assert.ok(performance.now() - start >= timeoutMs);
    }
  }
});

test('futexWake() wakes everybody who sleeps on the word, in other processes too', async () => {
  const parts = await sleepers(2);
  futexWake(address);
  await allWoken(parts);
  assert.equal(words[0], 0);
});

/** Says FUTEX_STORE_AND_WAKE of the first word. */
function storeAndWake(what: number): void {
  const { syscall, numbers } = libc();
  const { command, count } = FUTEX_STORE_AND_WAKE;
  syscall(numbers.futex, address, command, count, 0, address, what);
}

test('FUTEX_STORE_AND_WAKE stores 0 or a single bit and wakes everybody', async () => {
  const parts = await sleepers(2);
  storeAndWake(storeBit(30));
  await allWoken(parts);
  assert.equal(words[0], 1 << 30);
  storeAndWake(STORE_ZERO);
  assert.equal(words[0], 0);
  for (const bit of [0, 5, 31]) {
    storeAndWake(storeBit(bit));
    assert.equal(words[0], 1 << bit);
  }
});
