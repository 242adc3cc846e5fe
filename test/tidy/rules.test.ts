/** Shows each rule of the tidy tests a breach that it must find, and something near it that is allowed. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { homeless, wrongDoors, wrongMachine } from './doors.ts';
import { badHabits, tooBig } from './habits.ts';
import { isTypeOnly, missingTests } from './mirrors.ts';
import { type Source, source } from './sources.ts';

/** How many breaches a rule finds in one line of code, as if it stood in this file. */
function count(rule: (one: Source) => string[], path: string, line: string): number {
  return rule(source(path, `${line}\n`)).length;
}

function finds(rule: (one: Source) => string[], path: string, lines: readonly string[]): void {
  for (const line of lines) assert.equal(count(rule, path, line), 1, `must be found in ${path}: ${line}`);
}

function allows(rule: (one: Source) => string[], path: string, lines: readonly string[]): void {
  for (const line of lines) assert.equal(count(rule, path, line), 0, `must be allowed in ${path}: ${line}`);
}

test('A source knows its imports of every form, and none in comments or strings', () => {
  const text = [
    `import type { A } from './a.ts';`,
    `export { type B, c } from './b.ts';`,
    `// import './comment.ts';`,
    `const text = "import './string.ts'";`,
    `const late = await import('./late.ts');`,
    `const old = require('./old.ts'); // require('./not.ts')`,
    `const computed = await import(url);`,
  ].join('\n');
  assert.deepEqual(source('src/base/x.ts', text).imports, [
    { specifier: './a.ts', isTypeOnly: true, line: 1 },
    { specifier: './b.ts', isTypeOnly: false, line: 2 },
    { specifier: './late.ts', isTypeOnly: false, line: 5 },
    { specifier: './old.ts', isTypeOnly: false, line: 6 },
  ]);
});

test('The code of a source is its text without comments, strings and patterns, line by line', () => {
  const text = `a('x'); // y\nb = /["']/g; /* z\n*/ c(\`d\n\${e}\`); f / g; h("'");`;
  const { code } = source('src/base/x.ts', text);
  assert.equal(code.length, text.length);
  assert.deepEqual(
    code.split('\n').map((line) => line.replace(/ +/g, ' ').trim()),
    ['a( );', 'b = ;', 'c(', '); f / g; h( );'],
  );
});

test('A door that is not in the row is found', () => {
  finds(wrongDoors, 'src/wire/codec.ts', [
    `import { Lock } from '../sync/index.ts';`,
    `import type { Lock } from '../sync/index.ts';`,
    `export { Lock } from '../sync/index.ts';`,
    `const late = await import('../sync/index.ts');`,
  ]);
  allows(wrongDoors, 'src/wire/codec.ts', [
    `import { DuodaoError } from '../base/index.ts';`,
    `import { tag } from './tags.ts';`,
    `import { tag } from './decode/tags.ts';`,
  ]);
  allows(wrongDoors, 'src/cli/main.ts', [
    `import { Lock } from '../sync/index.ts';`,
    `import { x } from '../observe/index.ts';`,
  ]);
  allows(wrongDoors, 'src/index.ts', [`export { Lock } from './sync/index.ts';`]);
});

test('A way in beside the door is found', () => {
  finds(wrongDoors, 'src/sync/lock.ts', [
    `import { x } from '../base/errors.ts';`,
    `import { x } from '../base/deep/index.ts';`,
    `import { x } from '../base';`,
    `import { x } from './held';`,
    `import { x } from './held.js';`,
    `import { x } from '../index.ts';`,
    `import { x } from '../../test/harness/leaks.ts';`,
  ]);
  finds(wrongDoors, 'src/index.ts', [`export { Lock } from './sync/lock.ts';`]);
  finds(wrongDoors, 'src/process/child/main.ts', [`import { x } from '../../base/errors.ts';`]);
  allows(wrongDoors, 'src/process/child/main.ts', [
    `import { x } from '../../base/index.ts';`,
    `import { x } from '../table.ts';`,
  ]);
});

test('Loading a room of which only the types may be known is found', () => {
  for (const path of ['src/cluster/pool.ts', 'src/observe/snapshot.ts']) {
    finds(wrongDoors, path, [
      `import { Pool } from '../pool/index.ts';`,
      `import { type Pool } from '../pool/index.ts';`,
    ]);
    allows(wrongDoors, path, [`import type { Pool } from '../pool/index.ts';`]);
  }
});

test('A module of Node or a package in a room that must not know it is found', () => {
  finds(wrongDoors, 'src/base/x.ts', [`import { inspect } from 'node:util';`]);
  finds(wrongDoors, 'src/schedule/x.ts', [`import { performance } from 'node:perf_hooks';`]);
  finds(wrongDoors, 'src/wire/x.ts', [`import { readFileSync } from 'node:fs';`]);
  allows(wrongDoors, 'src/wire/x.ts', [
    `import v8 from 'node:v8';`,
    `import { types } from 'node:util';`,
    `import { Buffer } from 'node:buffer';`,
  ]);
  finds(wrongDoors, 'src/memory/x.ts', [
    `import koffi from 'koffi';`,
    `const koffi = require('koffi');`,
    `import { parse } from 'es-module-lexer/js';`,
    `import { x } from '@scope/package';`,
    `import { x } from 'duodao';`,
    `import { readFileSync } from 'fs';`,
  ]);
  allows(wrongDoors, 'src/platform/x.ts', [`import koffi from 'koffi';`]);
  allows(wrongDoors, 'src/process/x.ts', [`import { parse } from 'es-module-lexer/js';`]);
});

test('A file outside the rooms is found', () => {
  finds(homeless, 'src/helpers/x.ts', ['']);
  finds(homeless, 'src/x.ts', ['']);
  finds(homeless, 'src/constructor/x.ts', ['']);
  allows(homeless, 'src/index.ts', ['']);
  allows(homeless, 'src/process/child/x.ts', ['']);
});

test('Asking which machine this is outside platform is found', () => {
  const asking = [
    `if (process.platform === 'win32') stop();`,
    `const is64 = process.arch === 'x64';`,
    `const name = os.platform();`,
    `const { platform } = process;`,
    `import { arch } from 'node:os';`,
  ];
  finds(wrongMachine, 'src/cli/doctor.ts', asking);
  allows(wrongMachine, 'src/platform/x.ts', asking);
  allows(wrongMachine, 'src/memory/x.ts', [
    `import { mapMemory } from '../platform/index.ts';`,
    `// process.platform is asked in platform`,
    `const text = 'process.arch';`,
    `import { cpus } from 'node:os';`,
  ]);
});

test('Habits that we do not have are found', () => {
  finds(badHabits, 'src/sync/x.ts', [
    `export function f(x: any): void {}`,
    `const x = y as any;`,
    `const x: Promise<any> = y;`,
    `// TODO later`,
    `const text = 'FIXME';`,
    `export default f;`,
    `export default class A {}`,
    `export { f as default };`,
    `export * from './x.ts';`,
    `export type * from './x.ts';`,
    `export * as all from './x.ts';`,
    `f(this._hidden);`,
    `  _hidden = 1;`,
    `  readonly _hidden: number;`,
    `  _hide() {}`,
    `  private hidden = 1;`,
    `  protected readonly x: number;`,
    `  public static go(): void {}`,
    `  constructor(private readonly x: number) {}`,
  ]);
  allows(badHabits, 'src/sync/x.ts', [
    `export function any(x: unknown): void {}`,
    `// as any other, this is private to us; export default says nothing`,
    `throw new TypeError('private: any');`,
    `for (const [_key, value] of map) use(value);`,
    `  _unused: number,`,
    `using _held = await lock.acquire();`,
    `export { f, type G } from './x.ts';`,
    `const isPublic = { public: true };`,
    `  #hidden = 1;`,
  ]);
});

test('A breach is named with its file and line', () => {
  const text = `const a = 1;\n\nclass B {\n  _c = a;\n}\n`;
  assert.match(badHabits(source('src/sync/x.ts', text)).join(), /^src\/sync\/x\.ts:4 /);
});

test('A file longer than 300 lines and a line wider than 120 columns are found', () => {
  const at = (lines: number, columns: number): number =>
    tooBig({ path: 'src/x.ts', text: `${'x'.repeat(columns)}\n`.repeat(lines) }).length;
  assert.equal(at(300, 120), 0);
  assert.equal(at(301, 120), 1);
  assert.equal(at(2, 121), 2);
});

test('A source without a test is found, and so is a stale entry of the table that excuses it', () => {
  const sources = ['a', 'b', 'deep/c', 'index', 'deep/index'].map((name) =>
    source(`src/sync/${name}.ts`, 'export const x = 1;\n'),
  );
  sources.push(source('src/process/child/main.ts', 'run();\n'));
  const tests = new Set(['test/unit/sync/a.test.ts', 'test/crash/b.test.ts']);
  const missing = (covered: Record<string, string>): string[] =>
    missingTests(sources, tests, covered).map((fault) => fault.split(' ')[0]!);
  const covered = { 'src/sync/b.ts': 'test/crash/b.test.ts' };
  assert.deepEqual(missing({}), ['src/sync/b.ts', 'src/sync/deep/c.ts']);
  assert.deepEqual(missing(covered), ['src/sync/deep/c.ts']);
  const stale = {
    ...covered,
    'src/sync/a.ts': 'test/crash/b.test.ts',
    'src/sync/gone.ts': 'test/crash/b.test.ts',
    'src/sync/deep/c.ts': 'test/crash/gone.test.ts',
  };
  assert.deepEqual(missing(stale), ['src/sync/a.ts', 'src/sync/gone.ts', 'test/crash/gone.test.ts']);
});

test('A file of types needs no test, one line of code makes it need one', () => {
  const types = [
    `/** Header. */`,
    `import type { A } from './a.ts';`,
    `export interface B {\n  a: A;\n}`,
    `export type C =\n  | 'x'\n  | 'y';\n`,
  ].join('\n');
  assert.equal(isTypeOnly(source('src/sync/x.ts', types)), true);
  assert.equal(isTypeOnly(source('src/sync/x.ts', `${types}export const d = 1;\n`)), false);
  assert.equal(isTypeOnly(source('src/sync/x.ts', `${types}import { e } from './e.ts';\n`)), false);
  assert.equal(isTypeOnly(source('src/sync/x.ts', `${types}Object.freeze(C);\n`)), false);
});
