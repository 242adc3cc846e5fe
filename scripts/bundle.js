/**
 * Puts what the compiler has made of src into a few files: each module that is loaded costs half a millisecond of
 * processor and more, and there are more than two hundred.
 *
 * Only files that something enters by their names keep them. What they share goes into files of its own, so that each
 * module is still there once, whichever way it was come by: two copies of one would be two arenas.
 *
 * @module
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { rollup } from 'rollup';

/** Modules that are entered by name; beside them all that are imported while a program runs. */
const ENTRIES = [
  'index', // package.json
  'sync/public', // package.json
  'schedule/index', // package.json
  'net/index', // package.json
  'cli/main', // bin/duodao.js
  'process/child/main', // src/process/child/entries.ts
  'process/child/thread',
  'process/child/rehearse', // targets of processes: their modules export them
  'pool/worker/serve',
  'pool/slices/scheduler',
  'net/workers/worker',
  'cli/rush/seller',
  'cli/doctor/victim',
  'cli/map/worker',
  'cli/serve/worker',
];

/** Has the source maps lead to the sources, rather than to what the compiler made of them. */
const mapped = {
  name: 'mapped',
  load: (path) => ({
    code: readFileSync(path, 'utf8'),
    map: JSON.parse(readFileSync(`${path}.map`, 'utf8')),
  }),
};

/** Bundles the modules in a folder, in place. Declarations stay as they are. */
export async function bundle(folder) {
  const made = readdirSync(folder, { recursive: true }).filter((name) => /\.js(\.map)?$/.test(name));
  const graph = await rollup({
    input: Object.fromEntries(ENTRIES.map((name) => [name, join(folder, `${name}.js`)])),
    external: (id) => isBuiltin(id) || /^[a-z@]/.test(id),
    plugins: [mapped],
    treeshake: false, // every line was written to be run
    onLog: (_, { code, message }) => {
      if (code === 'THIS_IS_UNDEFINED') return; // the compiler asks for it, to find that out
      throw new Error(`Cannot bundle what was compiled as ${message}`);
    },
  });
  const { output } = await graph.generate({
    dir: folder,
    format: 'es',
    chunkFileNames: 'shared-[hash].js',
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  await graph.close();
  for (const name of made) rmSync(join(folder, name));
  for (const { fileName, type, code, source } of output)
    writeFileSync(join(folder, fileName), type === 'chunk' ? code : source);
}
