/**
 * What every test of shared objects promises at its end: no wake-up was delivered by a safety net, and nothing is
 * left open or running.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { here } from '../../src/memory/index.ts';
import { graceFd } from '../../src/process/start/undertaker.ts';
import { assertNoLeaks, type Holdings, holdings, leaksOf } from './leaks.ts';

/**
 * A worker thread that is terminated between a system call and the next line has a descriptor that nobody knows of, and
 * its process lives on. So where threads are killed at any moment, so many pipes may be left; processes leave none.
 */
const PIPES_OF_KILLED_THREADS = 2;

// Only the tests of standby have any: the others count processes.
process.env['DUODAO_STANDBY'] ??= '0';

/** To be called at the top of a test file. */
export function endsClean({ killsThreads = false }: { readonly killsThreads?: boolean } = {}): void {
  // What this thread opens for good at its first wait, before the first look.
  here().bell.listen();
  here().bell.unlisten();
  graceFd(); // what it opens for good at its first start
  const before = holdings();
  after(async () => {
    assert.equal(here().netHits, 0, 'wake-ups that only a safety net delivered');
    // The way to a bell is kept until we hear that its owner is dead; here somebody else may have buried him.
    here().noticeDeath();
    await (killsThreads ? assertFewLeaksOfThreads(before) : assertNoLeaks(before));
  });
}

/** As assertNoLeaks(), but for the few pipes that threads may leave which were ended at any moment. */
export async function assertFewLeaksOfThreads(before: Holdings): Promise<void> {
  here().noticeDeath();
  await assertNoLeaks(before).catch((error: unknown) => {
    const left = leaksOf(before);
    const isOfThreads = left.every((leak) => leak.includes(': pipe:'));
    if (!isOfThreads || left.length > PIPES_OF_KILLED_THREADS) throw error;
  });
}
