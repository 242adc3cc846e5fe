/** What docs/schedule.md shows is run: programs print what stands below them, and so does the command. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { main } from '../../src/cli/main.ts';
import { POLICY_NAMES, policyNamed } from '../../src/schedule/index.ts';
import { run } from '../harness/programs.ts';
import { Kept } from '../unit/cli/scratch.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PAGE = readFileSync(join(ROOT, 'docs/schedule.md'), 'utf8');
const DOOR = pathToFileURL(join(ROOT, 'src/schedule/index.ts')).href;

const programs = [...PAGE.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)];

test('Every program of the page says what it prints', () => {
  assert.equal(programs.length, PAGE.match(/```ts/g)?.length);
});

for (const [index, [, program = '', printed = '']] of programs.entries()) {
  test(`Program ${index + 1} of docs/schedule.md prints what stands below it`, async () => {
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    const folder = mkdtempSync(join(ROOT, '.cache', 'schedule-'));
    try {
      const file = join(folder, 'program.ts');
      writeFileSync(file, program.replace(`'duodao/schedule'`, `'${DOOR}'`));
      const { code, stdout, stderr } = await run(undefined, [file]).end;
      assert.equal(stderr, '');
      assert.equal(stdout, printed);
      assert.equal(code, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('The command of docs/schedule.md prints what stands below it', async () => {
  const [, words = '', printed] = /```console\n\$ duodao (.*)\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const out = new Kept();
  assert.equal(await main(words.split(' '), { out, err: new Kept() }), 0);
  assert.equal(out.text, printed);
});

test('The table of policies has all of them, with all their options', () => {
  const table = PAGE.slice(PAGE.indexOf('| policy |'), PAGE.indexOf('`policyNamed('));
  for (const name of POLICY_NAMES) {
    const policy = policyNamed(name);
    const row = new RegExp(`^\\| \`${policy.name}\\(\\)\` .*$`, 'm').exec(table)?.[0];
    assert.ok(row, policy.name);
    for (const option of Object.keys(policy.spec?.options ?? {}))
      assert.ok(row.includes(`\`${option}\``), `${name} ${option}`);
  }
});
