/**
 * How a result, or a failure, is written on a line.
 *
 *     {"width":100}                                       a result is JSON
 *     a.png⇥{"width":100}                                 --tag
 *     {"index":0,"value":{"width":100}}                   --json
 *     {"index":1,"item":"b.png","error":{"name":"TypeError","message":"…","code":"…"}}   --json --tag
 *
 * An item that is JSON itself stays as it was written.
 *
 * @module
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuodaoError, HOME } from '../../base/index.ts';
import { escaped } from '../text.ts';
import { quoted } from '../usage-error.ts';
import type { Begun } from './feed.ts';
import type { Item } from './source.ts';

export interface LineForm {
  readonly json: boolean;
  readonly tag: boolean;
  readonly form: 'text' | 'json';
}

/** @param value - The result, as JSON. */
export function resultLine({ index, item }: Begun, value: string, how: LineForm): string {
  if (how.json) return `{"index":${index}${fieldOf(item, how)},"value":${value}}\n`;
  return how.tag ? `${item ?? ''}\t${value}\n` : `${value}\n`;
}

/** The line of an item that has failed; nothing without --json, as a line that is none would be taken for a result. */
export function failureLine({ index, item }: Begun, reason: unknown, how: LineForm): string {
  if (!how.json) return '';
  return `{"index":${index}${fieldOf(item, how)},"error":${JSON.stringify(factsOf(reason))}}\n`;
}

function fieldOf(item: Item, { tag, form }: LineForm): string {
  if (!tag) return '';
  // What is no JSON must not spoil the line that says so.
  const text =
    form === 'json' && item !== undefined && isJson(item) ? item.trim() : JSON.stringify(item ?? null);
  return `,"item":${text}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What is said of an error where programs read it. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

export function factsOf(reason: unknown): ErrorFacts {
  if (!(reason instanceof Error)) return { name: 'Error', message: textOf(reason) };
  const { code } = reason as { readonly code?: unknown };
  return { name: reason.name, message: reason.message, ...(typeof code === 'string' && { code }) };
}

function textOf(reason: unknown): string {
  return typeof reason === 'string' ? reason : quoted(reason);
}

/** `item 3 ("c") failed: TypeError: … (mod.ts:3:9)`: on one line, whatever the error says. */
export function failureSentence({ index, item }: Begun, reason: unknown, attempts: number): string {
  const { name, message } = factsOf(reason);
  const [first = '', ...more] = message.split('\n');
  const isPlain = name === 'Error' || reason instanceof DuodaoError;
  const text = `${isPlain ? '' : `${name}: `}${first}${more.length > 0 ? ' …' : ''}`;
  const which = item === undefined ? '' : ` (${quoted(item)})`;
  const often = attempts > 1 ? ` in ${attempts} attempts` : '';
  return escaped(`item ${index}${which} failed${often}: ${text}${placeOf(reason)}`);
}

/** The first place of a stack that is in a file of the user's. */
function placeOf(reason: unknown): string {
  const stack = reason instanceof Error && !(reason instanceof DuodaoError) ? (reason.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    const [, file, place] = /^\s+at (?:.*\()?(file:\/\/[^)]+?|\/[^)]+?)(:\d+:\d+)\)?$/.exec(line) ?? [];
    if (file === undefined || file.includes('/node_modules/')) continue;
    if (file.startsWith(HOME)) return ''; // it was thrown by us
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    const short = relative(process.cwd(), path);
    return ` (${short.startsWith('..') ? path : short}${place})`;
  }
  return '';
}
