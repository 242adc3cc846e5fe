/**
 * Has Node 20 import TypeScript as Node 24 does by itself, at half of what a start costs with tsx:
 *
 *     flags=(--expose-internals --require …/scripts/read-typescript.cjs --import …/scripts/read-typescript.cjs)
 *     node "${flags[@]}" program.ts
 *
 * Node 20 can be taught this in public only by hooks in a thread of their own: that thread, and the message to it for
 * each module, cost more than all the rest of a start. So this reaches inside: a URL that ends in `.ts` or `.mts` is
 * a module, and its text is what is left without the types. All else is Node's own loader. Nobody but our tests is
 * run like this, and Node 20 will not change any more.
 *
 * The flags are inherited by child processes and threads. `--require` is what threads heed that begin with a line of
 * code rather than a file; `--import` has a program begin as a module although no package.json says so.
 *
 * CommonJS in TypeScript (`.cts`) is not read: the tests that have such a module run with tsx.
 *
 * @module
 */
require('internal/modules/esm/resolve'); // first, as Node does: the two need each other
const loading = require('internal/modules/esm/load');
const { readFileSync } = require('node:fs');
const { fileURLToPath } = require('node:url');
const { erase } = require('./erase.cjs');

const isTyped = (url) => /^file:[^?#]*\.m?ts(?:[?#]|$)/.test(url);

/** Reads in one call, which also a thread that is ended meanwhile finishes: no descriptor stays open. */
function read(url) {
  const path = fileURLToPath(url);
  return { format: 'module', responseURL: url, source: erase(path, readFileSync(path, 'utf8')) };
}

for (const name of ['defaultLoad', 'defaultLoadSync']) {
  const load = loading[name];
  loading[name] = (url, context) => (isTyped(url) ? read(url) : load(url, context));
}

// Where an error comes from is told in lines of the sources.
process.setSourceMapsEnabled(true);
