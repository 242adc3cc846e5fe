/**
 * What tests of pipes between processes share: children that are started, waited for and killed, and the promise that
 * everything is given back afterwards.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { pipe, Process } from '../../../src/index.ts';
import type { AnyFunction, ProcessOptions } from '../../../src/process/index.ts';
import * as pipes from '../../fixtures/ipc/pipes.ts';
import { HANG_GUARD } from '../../harness/participants.ts';
import { assertGivenBack, restingBytes, slotsTaken, until } from '../../harness/tree.ts';

let resting = 0;

/** To be called at the top of a test file: notes what is in use before the first test. */
export function startsClean(): void {
  before(async () => {
    // The first child opens for good what all later ones use.
    const [ours, theirs] = pipe<string>();
    const child = await start({ target: pipes.echo, args: [theirs] });
    theirs.close();
    ours.close();
    await exited(child);
    resting = await restingBytes();
  });
}

/** Everything that a test used is given back, and only this thread takes part. */
export async function givenBack(): Promise<void> {
  await assertGivenBack(resting);
  await until('only we are left', () => slotsTaken() === 1);
}

export async function start<F extends AnyFunction>(options: ProcessOptions<F>): Promise<Process<F>> {
  return new Process(options).start();
}

export async function exited(child: Pick<Process, 'join'>): Promise<void> {
  assert.deepEqual(await child.join(HANG_GUARD), { how: 'exited', code: 0 });
}

export async function killed(child: Pick<Process, 'join' | 'kill'>): Promise<void> {
  child.kill();
  assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal: 'SIGKILL' });
}
