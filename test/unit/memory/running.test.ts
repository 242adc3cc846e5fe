/** Programs that run are found by what they have open, and looked into without their doing. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { DuodaoError } from '../../../src/base/index.ts';
import { here } from '../../../src/memory/here.ts';
import { findArenas, lookInto, type RunningArena } from '../../../src/memory/index.ts';
import { inodeOf } from '../../../src/platform/index.ts';
import { endsClean } from '../../harness/clean-end.ts';

endsClean();

function ownArena(): RunningArena | undefined {
  const inode = inodeOf(here().arena.fd);
  return findArenas().arenas.find((arena) => arena.inode === inode);
}

test('findArenas() finds the arena of this program, and who has it open', () => {
  const { pids, places } = ownArena()!;
  assert.deepEqual(pids, [process.pid]);
  assert.deepEqual(
    places.map(({ path }) => path),
    [`/proc/${process.pid}/fd/${here().arena.fd}`],
  );
});

test('lookInto() looks, and closes what it opened', () => {
  const before = readdirSync('/proc/self/fd').length;
  const seen = lookInto(ownArena()!, (onlooker) => onlooker.participants());
  assert.ok(seen.some(({ pid, isAlive }) => pid === process.pid && isAlive));
  assert.throws(() => lookInto(ownArena()!, () => assert.fail('on purpose')), /on purpose/);
  assert.equal(readdirSync('/proc/self/fd').length, before);
});

test('lookInto() goes to the next process when one is gone or has something else there, and says when all are', () => {
  const arena = ownArena()!;
  const gone = { pid: 2 ** 30, path: `/proc/${2 ** 30}/fd/3`, inode: arena.inode };
  const other = { pid: process.pid, path: '/proc/self/exe', inode: arena.inode };
  const lookAll = (places: RunningArena['places']): number =>
    lookInto({ ...arena, places }, (onlooker) => onlooker.participants().length);
  assert.ok(lookAll([gone, other, ...arena.places]) > 0);
  const isClosed = (error: unknown): boolean => (error as DuodaoError).code === 'closed';
  assert.throws(() => lookAll([gone, other]), isClosed);
});
