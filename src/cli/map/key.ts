/**
 * By what `--resume` knows an item again: by the content of the item and of the function, not by its number.
 *
 * So items may come in another order, or more of them, and each that has succeeded is still skipped; and once the
 * module has been changed none is. What the module imports is not looked at.
 *
 *     key = the first 16 bytes of SHA-256(what is done · 0 · the item), base64url
 *     what is done = SHA-256(the text of the module · 0 · name of the export · 0 · how items are read)
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fileError } from '../usage-error.ts';

/** Longer keys would tell no more apart, and the joblog has one on each line. */
const KEY_BYTES = 16;

/**
 * Makes the keys of one run.
 *
 * @throws UsageError when the module cannot be read.
 */
export function keysOf(url: string, name: string, form: 'text' | 'json'): (item: string) => string {
  const action = createHash('sha256').update(textOf(url)).update(`\0${name}\0${form}`).digest();
  return (item) =>
    createHash('sha256')
      .update(action)
      .update('\0')
      .update(item)
      .digest()
      .toString('base64url', 0, KEY_BYTES);
}

/** A module that is no file (`node:path`) is known by its name, and by the version of Node.js. */
function textOf(url: string): Buffer | string {
  if (!url.startsWith('file:')) return `${url} of ${process.version}`;
  const path = fileURLToPath(url);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileError('read', path, cause);
  }
}
