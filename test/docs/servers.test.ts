/** What docs/guide/servers.md shows is run, with the package as users get it, and prints what stands below it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../harness/programs.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PAGE = readFileSync(join(ROOT, 'docs/guide/servers.md'), 'utf8');

test('The program of the page on servers prints what stands below it', async () => {
  const [, program = '', printed] = /```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(PAGE) ?? [];
  assert.match(program, /TcpServer/);
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'servers-'));
  try {
    const file = join(folder, 'program.ts');
    writeFileSync(file, program);
    const { code, stdout, stderr } = await run(undefined, [file]).end;
    assert.equal(stderr, '');
    assert.equal(stdout, printed);
    assert.equal(code, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
