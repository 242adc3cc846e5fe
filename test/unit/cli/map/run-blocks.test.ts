/** The run with items that go to workers in blocks: whatever happens to one, each item has one end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doneLine, failedLine, Journal } from '../../../../src/cli/map/journal.ts';
import { Outlet } from '../../../../src/cli/map/outlet.ts';
import type { WorkPool } from '../../../../src/cli/map/run.ts';
import { mapBlock } from '../../../../src/cli/map/worker.ts';
import type { Settled } from '../../../../src/pool/index.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { Kept } from '../scratch.ts';
import { countsOf, doubled, poolOf, runOf } from './pools.ts';

endsClean();

/** Does blocks as a worker would that has room for so many results, and dies at the item `die`. */
function blockPool(journal: Journal, room: number): WorkPool & { singles: unknown[] } {
  const single = poolOf(doubled);
  const singles: unknown[] = [];
  return {
    singles,
    async *settled(fn: unknown, items: unknown, options: unknown) {
      if (fn !== mapBlock) {
        singles.push(...(items as unknown[]));
        yield* single.settled(fn as never, items as never, options as never);
        return;
      }
      let index = 0;
      for await (const { slot, items: block } of items as AsyncIterable<{ slot: number; items: string[] }>) {
        const facts = { index: index++, tookMs: 0.001 * block.length, attempts: 1, pid: 7, startedAt: 1000 };
        yield work(slot, block, facts) as Settled<string>;
      }
    },
  } as WorkPool & { singles: unknown[] };
  function work(slot: number, block: readonly string[], facts: object): object {
    for (const [at, item] of block.entries()) {
      if (item === 'die') return { ...facts, status: 'rejected', reason: new Error('it was killed') };
      const line = item === 'bad' ? failedLine(1, new Error('no')) : doneLine(1, doubled(item));
      if (at === room) return { ...facts, status: 'fulfilled', value: line };
      journal.add(slot, line);
    }
    return { ...facts, status: 'fulfilled' };
  }
}

test('Of a block whose worker dies, what is done counts, one item fails, and the rest is done by itself', async () => {
  const journal = new Journal(2);
  const pool = blockPool(journal, 99);
  const out = new Kept();
  const { run, told } = await runOf('a b bad c die d e', { journal, pool, outlet: new Outlet(out) });
  await run.finished();
  assert.equal(out.text, '"aa"\n"bb"\n"cc"\n"dd"\n"ee"\n');
  assert.deepEqual(
    [told, pool.singles],
    [
      [2, 4],
      ['d', 'e'],
    ],
  );
  assert.deepEqual(countsOf(run), [5, 2, 0, 0, undefined]);
});

test('Of a block whose results have no room, the last one counts, and the rest is done by itself', async () => {
  const journal = new Journal(2);
  const pool = blockPool(journal, 2);
  const out = new Kept();
  const { run } = await runOf('a b c d e f', { journal, pool, outlet: new Outlet(out) });
  await run.finished();
  assert.equal(out.text, '"aa"\n"bb"\n"cc"\n"dd"\n"ee"\n"ff"\n');
  assert.deepEqual(pool.singles, ['e', 'f']);
});
