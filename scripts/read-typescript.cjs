/**
 * Has Node 20 import TypeScript as Node 24 does by itself, at half of what a start costs with tsx:
 *
 *     flags=(--expose-internals --require …/scripts/read-typescript.cjs --import …/scripts/read-typescript.cjs)
 *     node "${flags[@]}" program.ts
 *
 * Node 20 can be taught this in public only by hooks in a thread of their own: that thread, and the message to it for
 * each module, cost more than all the rest of a start. So this reaches inside, at two places: a URL that ends in
 * `.ts` or `.mts` is a module, and what compiles modules is given their text with the types erased. All else is
 * Node's own loader. Nobody but our tests is run like this, and Node 20 will not change any more.
 *
 * The flags are inherited by child processes and threads. `--require` is what threads heed that begin with a line of
 * code rather than a file; `--import` has a program begin as a module although no package.json says so.
 *
 * CommonJS in TypeScript (`.cts`) is not read: the tests that have such a module run with tsx.
 *
 * @module
 */
const { extensionFormatMap } = require('internal/modules/esm/formats');
const { translators } = require('internal/modules/esm/translators');
const { fileURLToPath } = require('node:url');
const { erase } = require('./erase.cjs');

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
