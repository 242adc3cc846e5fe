/**
 * What has succeeded in earlier runs, by the joblog: so that `--resume` skips it.
 *
 * Each success is good for one item: where an input has the same item three times and two of them are done, one is
 * still to do. Values stay in the file, and are read again for those that are skipped: here are only keys and places.
 *
 * @module
 */
import { quoted, UsageError } from '../usage-error.ts';
import type { Joblog } from './joblog.ts';

/** What a line must have; the rest is for people. */
interface Found {
  readonly key: string;
  readonly status: string;
}

export class DoneBefore {
  readonly #joblog: Joblog;
  /** Where the lines of a key begin: mostly one. */
  readonly #places: Map<string, number | number[]> = new Map();
  #count = 0;

  /** Reads all of it. @throws {@link UsageError} for a file that is no joblog. */
  constructor(joblog: Joblog) {
    this.#joblog = joblog;
    let number = 0;
    for (const { text, at } of joblog.lines()) {
      number++;
      const entry = entryOf(text);
      if (!entry)
        throw new UsageError(
          `Cannot resume by ${joblog.path} as line ${number} of it is none of a joblog: ${quoted(text)}`,
        );
      if (entry.status === 'succeeded') this.#add(entry.key, at);
    }
  }

  /** How many successes are left that no item has asked for. */
  get count(): number {
    return this.#count;
  }

  /** The result of an item, as JSON, if it has succeeded before; each success is given once. */
  take(key: string): string | undefined {
    const places = this.#places.get(key);
    if (places === undefined) return undefined;
    const at = typeof places === 'number' ? places : places.shift()!;
    if (typeof places === 'number' || places.length === 0) this.#places.delete(key);
    this.#count--;
    const { value = null } = JSON.parse(this.#joblog.lineAt(at)) as { readonly value?: unknown };
    return JSON.stringify(value);
  }

  #add(key: string, at: number): void {
    const places = this.#places.get(key);
    if (places === undefined) this.#places.set(key, at);
    else if (typeof places === 'number') this.#places.set(key, [places, at]);
    else places.push(at);
    this.#count++;
  }
}

function entryOf(text: string): Found | undefined {
  try {
    const { key, status } = JSON.parse(text) as Partial<Found>;
    return typeof key === 'string' && typeof status === 'string' ? { key, status } : undefined;
  } catch {
    return undefined; // no JSON, or null
  }
}
