/**
 * `duodao rush`: parse, call, print.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import { check } from './check.ts';
import { parseRush } from './options.ts';

/** Runs the command with the words after its name; returns the exit code. */
export async function rush(words: readonly string[], out: NodeJS.WritableStream): Promise<number> {
  const options = parseRush(words);
  if (options.check !== undefined) return await check(options, options.check, out);
  throw new DuodaoError('unsupported', 'Cannot sell yet: this build can only check a ledger (--check FILE)');
}
