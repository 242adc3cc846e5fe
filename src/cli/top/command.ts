/**
 * `duodao top`: parse, look, print.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { Output } from '../main.ts';
import { print } from '../print.ts';
import { jsonText } from '../text.ts';
import { parseTop } from './options.ts';
import { findPrograms } from './programs.ts';
import { programLines } from './view.ts';

/** Runs the command with the words after its name; returns the exit code. */
export async function top(words: readonly string[], { out, err }: Output): Promise<number> {
  const { tree, json, pid } = parseTop(words);
  const { programs, refused } = findPrograms(pid);
  if (pid !== undefined && programs.length === 0)
    throw new DuodaoError('closed', `Cannot show ${pid} as it belongs to no duodao program that runs here`);
  if (programs.length === 0) {
    const why = refused === 0 ? '' : ` (processes that could not be looked into: ${refused})`;
    await print(err, `No duodao program of this user runs here${why}.\n`);
  }
  if (json) await print(out, `${jsonText(programs)}\n`);
  else if (programs.length > 0) {
    const colours = (out as Partial<NodeJS.WriteStream>).hasColors?.() ?? false;
    const view = { tree, colours, now: Date.now() };
    await print(out, programs.map((one) => `${programLines(one, view).join('\n')}\n`).join('\n'));
  }
  return 0;
}
