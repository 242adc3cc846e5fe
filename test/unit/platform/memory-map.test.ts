/**
 * Shared memory that costs nothing until it is touched, cannot be resized under anybody, and has no name that
 * could be left behind.
 */
import assert from 'node:assert/strict';
import { closeSync, fstatSync, ftruncateSync, readFileSync, readlinkSync } from 'node:fs';
import test from 'node:test';
import { DuodaoError } from '../../../src/base/index.ts';
import {
  createMemory,
  mapMemory,
  punchHole,
  sizeOf,
  VIEW_LIMIT_BYTES,
  viewMemory,
} from '../../../src/platform/memory-map.ts';
import { holdings, leaksOf } from '../../harness/leaks.ts';
import { startPart } from './part.ts';

const PAGE = 4096;
const MIB = 2 ** 20;

/** Makes memory, maps it, and closes its descriptor in the end. */
function using<R>(sizeBytes: number, use: (fd: number, address: number) => R): R {
  const fd = createMemory('test', sizeBytes);
  try {
    return use(fd, mapMemory(fd, sizeBytes));
  } finally {
    closeSync(fd);
  }
}

function bytesAt(address: number, sizeBytes: number): Uint8Array {
  return new Uint8Array(viewMemory(address, sizeBytes));
}

/** Memory that the kernel really spends on it. */
function spentBytes(fd: number): number {
  return fstatSync(fd).blocks * 512;
}

test('createMemory() gives zeros, of the size that was asked for', () => {
  using(3 * PAGE, (fd, address) => {
    assert.equal(sizeOf(fd), 3 * PAGE);
    assert.ok(bytesAt(address, 3 * PAGE).every((byte) => byte === 0));
  });
});

test('createMemory() makes memory that nobody can grow or shrink', () => {
  using(2 * PAGE, (fd) => {
    assert.throws(() => ftruncateSync(fd, PAGE), { code: 'EPERM' });
    assert.throws(() => ftruncateSync(fd, 3 * PAGE), { code: 'EPERM' });
  });
});

test('createMemory() leaves no name, and nothing to the programs that the process starts', async () => {
  const part = await startPart('makeMemory');
  const fd = Number(part.answers[0]);
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${part.pid}/fdinfo/${fd}`, 'latin1'))?.[1];
  assert.equal(Number.parseInt(flags!, 8) & 0o2000000, 0o2000000);
  assert.match(readlinkSync(`/proc/${part.pid}/fd/${fd}`), /^\/memfd:test \(deleted\)$/);
  assert.equal(await part.kill(), 'SIGKILL');
});

test('createMemory() that is refused leaves no descriptor', () => {
  const before = holdings();
  assert.throws(() => createMemory('test', -PAGE), { code: 'no-space' });
  assert.deepEqual(leaksOf(before), []);
});

test('Two maps of the same memory show the same bytes', () => {
  using(PAGE, (fd, address) => {
    const [one, other] = [bytesAt(address, PAGE), bytesAt(mapMemory(fd, PAGE), PAGE)];
    one[100] = 7;
    assert.equal(other[100], 7);
  });
});

test('Memory costs what is touched, not what is mapped', () => {
  const large = 16 * 1024 * MIB;
  const before = process.memoryUsage.rss();
  using(large, (fd, address) => {
    assert.equal(spentBytes(fd), 0);
    for (const offset of [0, large / 2, large - PAGE]) bytesAt(address + offset, PAGE)[0] = 1;
    // The kernel may give a few neighbours with each page.
    assert.ok(spentBytes(fd) >= 3 * PAGE && spentBytes(fd) < MIB);
    assert.ok(process.memoryUsage.rss() - before < 64 * MIB);
  });
});

test('punchHole() gives pages back that read as zeros, and leaves their neighbours', () => {
  using(8 * PAGE, (fd, address) => {
    const bytes = bytesAt(address, 8 * PAGE).fill(1);
    assert.equal(spentBytes(fd), 8 * PAGE);
    punchHole(fd, 2 * PAGE, 3 * PAGE);
    assert.equal(spentBytes(fd), 5 * PAGE);
    assert.equal(sizeOf(fd), 8 * PAGE);
    const zeros = [...bytes.keys()].filter((index) => bytes[index] === 0);
    assert.deepEqual([zeros[0], zeros.at(-1), zeros.length], [2 * PAGE, 5 * PAGE - 1, 3 * PAGE]);
    bytes[2 * PAGE] = 9;
    assert.ok(spentBytes(fd) > 5 * PAGE);
    assert.equal(bytes[2 * PAGE + 1], 0);
  });
});

test('punchHole() says when the system refuses', () => {
  using(PAGE, (fd) => assert.throws(() => punchHole(fd, -PAGE, PAGE), { code: 'unsupported' }));
});

test('mapMemory() says when there is nothing to map', () => {
  assert.throws(() => mapMemory(-1, PAGE), { code: 'no-space', name: 'DuodaoError' });
});

test('viewMemory() gives a buffer of its own, of just the part that was asked for', () => {
  using(2 * PAGE, (_fd, address) => {
    const view = viewMemory(address + 64, 64);
    assert.equal(view.byteLength, 64);
    new Uint8Array(view)[0] = 5;
    assert.equal(bytesAt(address, PAGE)[64], 5);
  });
});

test('viewMemory() refuses a view so long that it would end the process', () => {
  using(PAGE, (_fd, address) => {
    assert.throws(
      () => viewMemory(address, VIEW_LIMIT_BYTES + 1),
      (error: unknown) =>
        error instanceof DuodaoError &&
        error.code === 'no-space' &&
        error.facts['limitBytes'] === VIEW_LIMIT_BYTES,
    );
  });
});

test('viewMemory() makes a view of the greatest length', () => {
  using(2 ** 31, (_fd, address) => {
    assert.equal(viewMemory(address, VIEW_LIMIT_BYTES).byteLength, VIEW_LIMIT_BYTES);
  });
});
