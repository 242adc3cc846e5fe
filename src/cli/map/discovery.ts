/**
 * What a worker has found of the function, in words for who asked for it.
 *
 * @module
 */
import { didYouMean } from '../nearest.ts';
import { escaped } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import type { Target } from '../target.ts';
import type { Discovery } from './worker.ts';

/** More than these would bury the sentence. */
const NAMES_MOST = 12;

/** The name of the export. @throws {@link UsageError} when there is none that can be called. */
export function nameOf(discovery: Discovery, { module, name }: Target): string {
  if (discovery.kind === 'found') return discovery.name;
  if (discovery.kind === 'broken')
    throw new UsageError(`Cannot load ${module} as it failed:\n${escapedLines(discovery.error)}`);
  const { names } = discovery;
  if (discovery.kind === 'several')
    throw new UsageError(
      `Cannot choose a function of ${module} as it exports several: write ` +
        listed(names.map((one) => `${module}#${one}`)),
    );
  if (names.length === 0) throw new UsageError(`Cannot map by ${module} as it exports no function`);
  const wanted = name ?? 'default';
  const guess = didYouMean(wanted, names);
  throw new UsageError(
    `Cannot map by ${module}#${wanted} as it exports no such function` +
      (guess === '' ? `: it exports ${listed(names)}` : guess),
  );
}

/** Names in a sentence: `a, b or c`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MOST).map((name) => escaped(name));
  const more = names.length - shown.length;
  const last = more > 0 ? `${more} more` : shown.pop()!;
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
}

/** A text of others, such as a stack, with its lines. */
export function escapedLines(text: string): string {
  return text
    .split('\n')
    .map((line) => escaped(line))
    .join('\n');
}
