/**
 * Why a function has no address, in words: which function, where it was written, what is wrong, what to do.
 *
 * @module
 */
import { findSourceMap } from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assert, DuodaoError } from '../../base/index.ts';
import type { Place } from './locate.ts';
import type { Addressable } from './task.ts';

/** A function that no other process could import. */
export function notExported(fn: Addressable, reason: string, place?: Place, cause?: unknown): DuodaoError {
  const where = place && place.url !== '' ? written(place) : undefined;
  const at = where ? ` (${where.url}:${where.line}:${where.column})` : '';
  return new DuodaoError(
    'not-exported',
    `Cannot send ${labelOf(fn)}${at} to another process as ${reason}: ${remedyFor(fn)}`,
    { name: fn.name, ...where },
    cause === undefined ? undefined : { cause },
  );
}

/** A process in which functions cannot be looked up at all. */
export function noInspector(fns: readonly Addressable[], cause: unknown): DuodaoError {
  const [fn] = fns;
  assert(fn, 'only functions are looked up');
  const because = cause instanceof Error ? cause.message : String(cause);
  return new DuodaoError(
    'unsupported',
    `Cannot look up where ${labelOf(fn)} is exported as this process has no inspector to ask (${because}): ` +
      remedyFor(fn),
    { name: fn.name },
    { cause },
  );
}

/** The place as its author sees it: in the file before any loader changed it, counted from 1. */
function written({ url, line, column }: Place): { url: string; line: number; column: number } {
  const entry = findSourceMap(url)?.findEntry(line, column);
  const original = entry && 'originalLine' in entry ? entry : undefined;
  return {
    // A URL may hold the code itself, which would bury the sentence.
    url: url.startsWith('data:') ? 'data:' : isAbsolute(url) ? pathToFileURL(url).href : url,
    line: (original?.originalLine ?? line) + 1,
    column: (original?.originalColumn ?? column) + 1,
  };
}

function labelOf({ name }: Addressable): string {
  return name === '' ? 'an anonymous function' : `function "${name}"`;
}

function remedyFor({ name }: Addressable): string {
  const example = `task(import.meta.url, '${name || 'name'}')`;
  return `export it at the top level of a module, or name its export with ${example}`;
}
