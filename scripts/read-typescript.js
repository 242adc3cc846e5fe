/**
 * Has Node 20 import TypeScript as Node 24 does by itself, at half of what a start costs with tsx:
 *
 *     node --expose-internals --import file:///…/scripts/read-typescript.js program.ts
 *
 * Node 20 can be taught this in public only by hooks in a thread of their own: that thread, and the message to it for
 * each module, cost more than all the rest of a start. So this reaches inside, at two places: a URL that ends in
 * `.ts` or `.mts` is a module, and what compiles modules is given their text with the types erased. All else is
 * Node's own loader. Threads inherit the flags, and so have it as well. Nobody but our tests is run like this, and
 * Node 20 will not change any more.
 *
 * CommonJS in TypeScript (`.cts`) is not read: the tests that have such a module run with tsx.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { erase } from './erase.js';

const require = createRequire(import.meta.url);
const { extensionFormatMap } = require('internal/modules/esm/formats');
const { translators } = require('internal/modules/esm/translators');

const isTyped = (url) => /^file:[^?#]*\.m?ts(?:[?#]|$)/.test(url);
const compile = translators.get('module');
translators.set('module', function (url, source, isMain) {
  const code = isTyped(url) ? erase(fileURLToPath(url), source) : source;
  return compile.call(this, url, code, isMain);
});
extensionFormatMap['.ts'] = 'module';
extensionFormatMap['.mts'] = 'module';

// Where an error comes from is told in lines of the sources.
process.setSourceMapsEnabled(true);
