/** What Node 20 is given in the place of TypeScript: the same program, whose errors tell the lines of the source. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CACHE, erase, prepare } from '../../../scripts/erase.cjs';
import { LOADER } from '../../harness/loader.ts';

const folder = mkdtempSync(join(tmpdir(), 'erase-'));
after(() => rmSync(folder, { recursive: true }));

test('A program with types runs, and its error tells the line and column that its author wrote', () => {
  const program = join(folder, 'fails.mts');
  const lines = [
    'interface Gone {',
    '  readonly word: string;',
    '}',
    'const one: Gone = { word: "said" };',
    'console.log(one.word, import.meta.url, process.argv[2]);',
    '// Somebody has much to say here.',
    '    throw new Error("on purpose" as string);',
  ];
  writeFileSync(program, `${lines.join('\n')}\n`);
  const ran = spawnSync(process.execPath, [...LOADER, program, 'argument'], { cwd: '/', encoding: 'utf8' });
  assert.equal(ran.stdout, `said file://${program} argument\n`, ran.stderr);
  assert.match(ran.stderr, /fails\.mts:7:11\b/);
  assert.equal(ran.status, 1);
});

test('What is ready is what would be made on the spot, and that is not kept', async () => {
  await prepare();
  const before = readdirSync(CACHE);
  const path = fileURLToPath(new URL('../../../src/memory/guard.ts', import.meta.url));
  const source = readFileSync(path);
  const ready = erase(path, source);
  const made = erase(path, Buffer.concat([source, Buffer.from('export const added: number = 1;\n')]));
  const withoutMap = (code: string): string => code.replace(/^\/\/# sourceMappingURL.*$/m, '').trimEnd();
  assert.ok(!/: number\b/.test(ready));
  assert.equal(withoutMap(made), `${withoutMap(ready)}\nexport const added = 1;`);
  assert.deepEqual(readdirSync(CACHE), before);
});

test('prepare() removes what no source says, but nothing that another run is writing', async () => {
  await prepare();
  const before = readdirSync(CACHE);
  const theirs = `${'0'.repeat(64)}.${process.pid}`;
  for (const name of ['of-yesterday', `${'0'.repeat(64)}.4194305`, theirs])
    writeFileSync(join(CACHE, name), '');
  await prepare();
  const found = readdirSync(CACHE);
  rmSync(join(CACHE, theirs));
  assert.deepEqual(found, [theirs, ...before].sort());
});
