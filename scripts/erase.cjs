/**
 * Makes JavaScript of TypeScript for Node 20, which reads none: esbuild erases the types, once for each text.
 *
 *     .cache/erased/<hash>    the JavaScript of a source, with a source map in it; the hash is of its name and text
 *
 * `prepare()` fills the folder before a run of the tests, and clears it of what the sources no longer say. All others
 * only read, so nobody waits for anybody; a text that is not there, such as that of a program which a test has just
 * written, is compiled on the spot. Entries are written aside and renamed: two runs may prepare at once.
 *
 * esbuild is what tsx compiles with, and is there because tsx is. CommonJS, as what requires it (read-typescript.cjs).
 *
 * @module
 */
const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { createRequire } = require('node:module');
const { basename, dirname, join } = require('node:path');

const ROOT = dirname(__dirname);
/** The folder of what is ready. */
const CACHE = join(ROOT, '.cache/erased');
const FOLDERS = ['src', 'test', 'examples', 'bench'];

/** Part of each entry's name: whoever changes what is asked of esbuild finds no entry that was made otherwise. */
const SETTINGS = {
  loader: 'ts',
  target: 'node20',
  sourcemap: 'inline',
  sourcesContent: false,
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
};

function entryOf(name, source) {
  const hash = createHash('sha256').update(`${JSON.stringify(SETTINGS)}${name}\0`);
  return join(CACHE, hash.update(source).digest('hex'));
}

function esbuild() {
  return createRequire(require.resolve('tsx'))('esbuild');
}

/** The JavaScript of the source (text, or its bytes) of the module at this path. Lines are told by the source map. */
function erase(path, source) {
  const name = basename(path);
  try {
    return readFileSync(entryOf(name, source), 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return esbuild().transformSync(source.toString(), { ...SETTINGS, sourcefile: name }).code;
  }
}

function sources() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .filter((name) => /\.[cm]?ts$/.test(name))
      .map((name) => join(ROOT, folder, name)),
  );
}

/** Whether an entry is one that another run has written aside and is about to rename. */
function isBeingWritten(name) {
  const [, pid] = name.split('.');
  return pid !== undefined && existsSync(`/proc/${pid}`);
}

/** Has the JavaScript of all our sources ready, and nothing else. */
async function prepare() {
  mkdirSync(CACHE, { recursive: true });
  const old = new Set(readdirSync(CACHE));
  const { transform, stop } = esbuild();
  const keep = async (path) => {
    const name = basename(path);
    const source = readFileSync(path);
    const entry = entryOf(name, source);
    if (old.delete(basename(entry))) return;
    // What does not compile is the matter of the test that imports it.
    const made = await transform(source.toString(), { ...SETTINGS, sourcefile: name }).catch(() => undefined);
    if (made === undefined) return;
    const aside = `${entry}.${process.pid}`;
    writeFileSync(aside, made.code);
    renameSync(aside, entry);
  };
  await Promise.all(sources().map(keep));
  await stop();
  for (const name of old) if (!isBeingWritten(name)) rmSync(join(CACHE, name), { force: true });
}

module.exports = { CACHE, erase, prepare };
