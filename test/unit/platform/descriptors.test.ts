/**
 * Pipes without a name, descriptors that children do not get, locks and deadly signals that the kernel keeps
 * its word on when a process is killed.
 */
import assert from 'node:assert/strict';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  closeOnExec,
  dieWithWritersOf,
  hasHungUp,
  inodeOf,
  isByteLocked,
  makePipe,
  reopen,
  tryLockByte,
  writeByte,
} from '../../../src/platform/descriptors.ts';
import { libc } from '../../../src/platform/libc.ts';
import { stateLetterOf } from '../../../src/platform/index.ts';
import { assertNoLeaks, type Holdings, holdings } from '../../harness/leaks.ts';
import { startPart, until } from './part.ts';

const CLOEXEC = 0o2000000;
const NONBLOCK = 0o4000;

let clean: Holdings;
let folder: string;
before(async () => {
  await (await startPart('hold')).kill(); // what the first child opens for good
  clean = holdings();
  folder = mkdtempSync(join(tmpdir(), 'duodao-descriptors-'));
  writeFileSync(join(folder, 'file'), 'x'.repeat(8));
});
after(async () => {
  rmSync(folder, { recursive: true });
  await assertNoLeaks(clean);
});

function flagsOf(fd: number): number {
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
  return Number.parseInt(flags!, 8);
}

function withPipe<R>(use: (readFd: number, writeFd: number) => R): R {
  const { readFd, writeFd } = makePipe();
  const close = (): void => {
    for (const fd of [readFd, writeFd]) {
      try {
        closeSync(fd);
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'EBADF'); // the test closed it itself
      }
    }
  };
  const result = use(readFd, writeFd);
  if (result instanceof Promise) return result.finally(close) as R;
  close();
  return result;
}

function withFile<R>(use: (fd: number) => R): R {
  const fd = openSync(join(folder, 'file'), 'r+');
  const result = use(fd);
  if (result instanceof Promise) return result.finally(() => closeSync(fd)) as R;
  closeSync(fd);
  return result;
}

test('makePipe() gives two ends that never block and that children do not get', () => {
  withPipe((readFd, writeFd) => {
    for (const fd of [readFd, writeFd]) assert.equal(flagsOf(fd) & (CLOEXEC | NONBLOCK), CLOEXEC | NONBLOCK);
    assert.throws(() => readSync(readFd, Buffer.alloc(1)), { code: 'EAGAIN' });
    assert.equal(writeByte(writeFd), true);
    assert.equal(readSync(readFd, Buffer.alloc(8)), 1);
  });
});

test('writeByte() succeeds when the pipe is full, as it rings already', () => {
  withPipe((readFd, writeFd) => {
    for (let count = 0; count < 70_000; count++) assert.equal(writeByte(writeFd), true);
    assert.ok(readSync(readFd, Buffer.alloc(100_000)) > 4096);
  });
});

test('writeByte() says that the reader is gone, and does not kill the process', () => {
  withPipe((readFd, writeFd) => {
    closeSync(readFd);
    assert.equal(writeByte(writeFd), false);
  });
});

test('hasHungUp() is true once the last writer is gone', () => {
  withPipe((readFd, writeFd) => {
    const other = reopen('self', writeFd, 'write');
    assert.equal(hasHungUp(readFd), false);
    writeByte(writeFd);
    assert.equal(hasHungUp(readFd), false);
    closeSync(writeFd);
    assert.equal(hasHungUp(readFd), false);
    closeSync(other);
    assert.equal(hasHungUp(readFd), true);
  });
});

test('reopen() gives a description of its own of the same pipe, never blocking, not for children', () => {
  withPipe((readFd, writeFd) => {
    const own = reopen('self', readFd, 'read');
    assert.notEqual(own, readFd);
    assert.equal(inodeOf(own), inodeOf(readFd));
    assert.equal(flagsOf(own) & (CLOEXEC | NONBLOCK), CLOEXEC | NONBLOCK);
    writeByte(writeFd);
    assert.equal(readSync(own, Buffer.alloc(8)), 1);
    closeSync(own);
  });
});

test('reopen() reaches into another process, and fails when that has no such descriptor', async () => {
  await withPipe(async (readFd, writeFd) => {
    const part = await startPart('hold', readFd);
    const theirs = reopen(part.pid, 3, 'read');
    writeByte(writeFd);
    assert.equal(readSync(theirs, Buffer.alloc(8)), 1);
    closeSync(theirs);
    assert.throws(() => reopen(part.pid, 4000, 'read'), { code: 'ENOENT' });
    await part.kill();
    assert.throws(() => reopen(part.pid, 3, 'read'), { code: 'ENOENT' });
  });
});

test('closeOnExec() marks a descriptor that children would get, and says when there is none', () => {
  const fd = libc().open('/dev/zero', 0, 0);
  assert.equal(flagsOf(fd) & CLOEXEC, 0);
  closeOnExec(fd);
  assert.equal(flagsOf(fd) & CLOEXEC, CLOEXEC);
  closeSync(fd);
  assert.throws(() => closeOnExec(fd), { code: 'unsupported' });
});

test('A lock excludes other descriptions of the file, by byte', () => {
  withFile((fd) => {
    const other = reopen('self', fd, 'write');
    assert.equal(isByteLocked(other, 0), false);
    assert.equal(tryLockByte(fd, 0, 'exclusive'), true);
    assert.equal(isByteLocked(other, 0), true);
    assert.equal(tryLockByte(other, 0, 'exclusive'), false);
    assert.equal(tryLockByte(other, 0, 'shared'), false);
    assert.equal(tryLockByte(other, 1, 'exclusive'), true);
    assert.equal(isByteLocked(fd, 0), false, 'its own lock is none for itself');
    closeSync(other);
    assert.equal(isByteLocked(fd, 1), false);
  });
});

test('Shared locks go together, and exclude an exclusive one', () => {
  withFile((fd) => {
    const [second, third] = [reopen('self', fd, 'write'), reopen('self', fd, 'write')];
    const reader = reopen('self', fd, 'read');
    assert.equal(tryLockByte(reader, 0, 'shared'), true);
    assert.equal(tryLockByte(second, 0, 'exclusive'), false);
    closeSync(reader);
    assert.equal(tryLockByte(second, 0, 'exclusive'), true);
    assert.equal(isByteLocked(third, 0), true);
    closeSync(second);
    closeSync(third);
  });
});

test('The lock of a killed process is free, though we hold the description that it inherited', async () => {
  await withFile(async (fd) => {
    const part = await startPart('lockFirstByte', fd);
    assert.deepEqual(part.answers, ['true']);
    assert.equal(isByteLocked(fd, 0), true);
    assert.equal(tryLockByte(fd, 0, 'exclusive'), false);
    await part.kill();
    assert.equal(isByteLocked(fd, 0), false);
    assert.equal(tryLockByte(fd, 0, 'exclusive'), true);
  });
});

test('dieWithWritersOf() kills a busy and a stopped process when the one with the writing end is killed', async () => {
  await withPipe(async (readFd, writeFd) => {
    const writer = await startPart('hold', writeFd);
    closeSync(writeFd);
    const [busy, stopped] = await Promise.all([
      startPart('tieAndSpin', readFd),
      startPart('tieAndWait', readFd),
    ]);
    stopped.child.kill('SIGSTOP');
    await until('it is stopped', () => stateLetterOf(stopped.pid) === 'T');
    await until('the other one is busy', () => stateLetterOf(busy.pid) === 'R');
    await writer.kill();
    assert.equal(await busy.end, 'SIGKILL');
    assert.equal(await stopped.end, 'SIGKILL');
  });
});

test('dieWithWritersOf() does nothing while one writer is left', async () => {
  await withPipe(async (readFd, writeFd) => {
    const writer = await startPart('hold', writeFd);
    const tied = await startPart('tieAndWait', readFd);
    await writer.kill();
    assert.notEqual(stateLetterOf(tied.pid), undefined);
    closeSync(writeFd);
    assert.equal(await tied.end, 'SIGKILL');
  });
});

test('dieWithWritersOf() kills at once when the last writer has gone before', async () => {
  await withPipe(async (readFd, writeFd) => {
    closeSync(writeFd);
    await assert.rejects(startPart('tieAndWait', readFd), /ended: SIGKILL/);
  });
});

test('dieWithWritersOf() says when the descriptor is none', () => {
  assert.throws(() => dieWithWritersOf(4000), { code: 'unsupported' });
});

test('inodeOf() tells one file from another', () => {
  withFile((fd) => {
    assert.equal(inodeOf(fd), fstatSync(fd).ino);
    withPipe((readFd) => assert.notEqual(inodeOf(readFd), inodeOf(fd)));
  });
});
