/**
 * What would be called, one line for each item: `thumbs.ts#small("a.png")`.
 *
 * @module
 */
import { Outlet } from './outlet.ts';
import type { Source } from './source.ts';

/** Prints the calls, and makes none. Resolves with the exit code. */
export async function dryRun(source: Source, name: string, out: NodeJS.WritableStream): Promise<number> {
  const outlet = new Outlet(out);
  for await (const batch of source.batches) {
    for (const item of batch) {
      if (outlet.isFull) await outlet.room();
      const argument = source.form === 'json' && item !== undefined ? item.trim() : JSON.stringify(item);
      outlet.add(`${name}(${argument ?? 'not UTF-8'})\n`);
    }
    if (outlet.isGone) break;
  }
  await outlet.drained();
  if (outlet.failure) throw outlet.failure;
  return 0;
}
