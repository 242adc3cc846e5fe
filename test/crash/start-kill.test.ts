/**
 * Parents and children that are killed in the middle of a start: at each step of it, nothing is left of the dead, and
 * whoever lives is told. With DUODAO_SWEEP=1 also at the points in the memory that a start passes, hit after hit.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, before, test } from 'node:test';
import { Process } from '../../src/index.ts';
import { here } from '../../src/memory/here.ts';
import * as targets from '../fixtures/processes/targets.ts';
import { endsClean } from '../harness/clean-end.ts';
import { HANG_GUARD } from '../harness/participants.ts';
import { run } from '../harness/programs.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until } from '../harness/tree.ts';

endsClean();
afterEach(endChildren);

const MARK = 'DUODAO_TEST_MARK';
const SWEEP = process.env['DUODAO_SWEEP'] !== undefined;
const HITS = 12;

let resting = 0;
before(async () => {
  await (await new Process({ target: targets.nothing }).start()).join(HANG_GUARD);
  resting = await restingBytes();
});

/** The processes whose environment has the mark, but for zombies, which have none. */
function marked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${MARK}=${mark}`);
      } catch {
        return false; // it has ended meanwhile
      }
    });
}

/** Runs a program that starts processes and is killed at a point of that; false if it never came to it. */
async function killedAt(point: string, hit: number): Promise<boolean> {
  const mark = randomBytes(8).toString('hex');
  const env = { [MARK]: mark, DUODAO_FAULT: `${point}:${hit}:kill` };
  const { signal, code, stderr } = await run('processes/starts.ts', [], { env }).end;
  if (code === 0) return false;
  assert.deepEqual([signal, code], ['SIGKILL', null], stderr);
  await until(`none is left after ${point}, hit ${hit}`, () => marked(mark).length === 0);
  return true;
}

for (const point of ['packed', 'launched', 'noted', 'ended', 'told']) {
  test(`A program that is killed as it starts processes (process.${point}) leaves none`, async () => {
    assert.ok(await killedAt(`process.${point}`, 2));
  });
}

const INNER = ['object.made', 'heap.taken', 'guard.taken', 'slot.joining', 'set.ringing', 'object.dying'];
for (const point of INNER) {
  const options = { skip: !SWEEP && 'for a sweep: DUODAO_SWEEP=1' };
  test(`A program that is killed at any ${point} of a start leaves none`, options, async (t) => {
    let hit = 1;
    while (hit <= HITS && (await killedAt(point, hit))) hit++;
    t.diagnostic(`${hit - 1} hits`);
    assert.ok(hit > 1);
  });
}

for (const point of ['tied', 'joined', 'told', 'running', 'answering', 'answered']) {
  test(`A child that is killed as it begins or answers (child.${point}) is told of, and leaves nothing`, async () => {
    const env = { ...process.env, DUODAO_FAULT: `child.${point}:1:kill` };
    const child = await new Process({ target: targets.add, args: [1, 2], env }).start();
    assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal: 'SIGKILL' });
    const outcome = await child.result(HANG_GUARD).catch((error: { code?: string }) => error.code);
    assert.equal(outcome, point === 'answered' ? 3 : 'exited');
    child.close();
    await until('it is buried', () => slotsTaken() === 1);
    await assertGivenBack(resting);
    assert.equal(here().netHits, 0);
  });
}
