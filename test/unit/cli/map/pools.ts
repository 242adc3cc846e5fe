/** What the tests of a run share: pools that call in place, and a run with nothing special. */
import { Outlet } from '../../../../src/cli/map/outlet.ts';
import { Run, type RunOptions, type WorkPool } from '../../../../src/cli/map/run.ts';
import { openSource } from '../../../../src/cli/map/source.ts';
import type { Settled } from '../../../../src/pool/index.ts';
import { Kept } from '../scratch.ts';

/** Calls one item after the other; `behind` of them are on their way before the first result is given. */
export function poolOf(call: (item: unknown) => string, behind = 0): WorkPool & { limits: unknown[] } {
  const limits: unknown[] = [];
  return {
    limits,
    async *settled(
      _fn: unknown,
      items: unknown,
      options: { signal?: AbortSignal; taskTimeoutMs?: unknown } = {},
    ) {
      const waiting: Settled<string>[] = [];
      let index = 0;
      for await (const item of items as AsyncIterable<unknown>) {
        const { taskTimeoutMs: limit } = options;
        limits.push(typeof limit === 'function' ? (limit as () => unknown)() : limit);
        waiting.push(fateOf(index++, () => call(item)));
        if (waiting.length > behind) yield waiting.shift()!;
        options.signal?.throwIfAborted();
      }
      yield* waiting;
    },
  } as WorkPool & { limits: unknown[] };
}

function fateOf(index: number, call: () => string): Settled<string> {
  const facts = { index, tookMs: 100, attempts: 1, pid: 7, startedAt: 1000 };
  try {
    return { ...facts, status: 'fulfilled', value: call() };
  } catch (reason) {
    return { ...facts, status: 'rejected', reason };
  }
}

export const doubled = (item: unknown): string => {
  if (item === 'bad') throw new TypeError('no');
  return JSON.stringify(`${String(item)}${String(item)}`);
};

export async function runOf(
  words: string,
  options: Partial<RunOptions> = {},
): Promise<{ run: Run; told: number[] }> {
  const told: number[] = [];
  const run = new Run({
    source: await openSource({ from: 'words', words: words === '' ? [] : words.split(' ') }),
    pool: poolOf(doubled),
    outlet: new Outlet(new Kept()),
    lineForm: { json: false, tag: false, form: 'text' },
    settled: {},
    timeLimit: undefined,
    halt: undefined,
    keyOf: undefined,
    joblog: undefined,
    before: undefined,
    onFailure: ({ index }) => told.push(index),
    ...options,
  });
  return { run, told };
}

export const countsOf = ({ succeeded, failed, skipped, stopped, end }: Run): unknown[] => [
  succeeded,
  failed,
  skipped,
  stopped,
  end,
];
