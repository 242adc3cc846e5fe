/**
 * What dist is built from, in one word: a hash over the sources, the settings of the tools and their versions.
 *
 * Contents rather than times, as a checkout gives all files the time of the checkout, and a deleted file has
 * none. build.js leaves the word in dist/.built, setup.js compares.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);
const SETTINGS = [
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.js',
  'scripts/bundle.js',
  'node_modules/typescript/package.json',
  'node_modules/rollup/package.json',
];

export function fingerprint() {
  const sources = readdirSync(new URL('src/', ROOT), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name}`)
    .sort();
  const hash = createHash('sha256');
  for (const name of [...SETTINGS, ...sources])
    hash
      .update(`${name}\0`)
      .update(readFileSync(new URL(encodeURI(name), ROOT)))
      .update('\0');
  return hash.digest('hex');
}
