/** Fault points strike where and when they are told. That none is built is in test/unit/scripts/bundle.test.ts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAULTS, FAULTY, pass } from '../../../src/base/index.ts';
import { LOADER } from '../../harness/loader.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What becomes of a process that passes the point `object.made` twice, and one that has another name once. */
function fate(fault: string | undefined): { signal: string | null; said: string } {
  const code = `
    import { FAULTY, pass } from ${JSON.stringify(join(ROOT, 'src/base/index.ts'))};
    import { writeSync } from 'node:fs';
    for (const point of ['object.made', 'object.held', 'object.made']) {
      if (FAULTY) pass(point);
      writeSync(1, point + ' ');
    }`;
  const { DUODAO_FAULT: _, ...env } = process.env;
  const run = spawnSync(process.execPath, [...LOADER, '--input-type=module', '-e', code], {
    cwd: ROOT,
    encoding: 'utf8',
    env: fault === undefined ? env : { ...env, DUODAO_FAULT: fault },
  });
  return { signal: run.signal, said: run.stdout.trim() };
}

test('A fault point strikes at the hit it is told, and not before', () => {
  assert.deepEqual(fate('object.made:2:kill'), { signal: 'SIGKILL', said: 'object.made object.held' });
  assert.deepEqual(fate('object.held:1:exit'), { signal: null, said: 'object.made' });
  const whole = { signal: null, said: 'object.made object.held object.made' };
  assert.deepEqual(fate('object.made:3:kill'), whole);
  assert.deepEqual(fate(undefined), whole);
});

test('Fault points do nothing here, as the environment does not say so', () => {
  assert.equal(FAULTY, process.env['DUODAO_FAULT'] !== undefined);
  for (const point of FAULTS) pass(point);
});

test('Every fault point has a name of its own and is somewhere in the sources', () => {
  assert.equal(new Set(FAULTS).size, FAULTS.length);
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('faults.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n');
  for (const point of FAULTS) assert.ok(sources.includes(`if (FAULTY) pass('${point}');`), point);
});
