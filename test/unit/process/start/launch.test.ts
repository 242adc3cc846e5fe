/**
 * What a child is started with: its place on the command line, and the flags of its parent, but for those that would
 * give it another program or take its parent's debugger port.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { here } from '../../../../src/memory/here.ts';
import { mainEntry } from '../../../../src/process/child/entries.ts';
import { launch, readPlace } from '../../../../src/process/start/launch.ts';
import { graceFd } from '../../../../src/process/start/undertaker.ts';
import type { Situation } from '../../../fixtures/processes/targets.ts';
import { assertNoLeaks, holdings } from '../../../harness/leaks.ts';
import { fixture, run } from '../../../harness/programs.ts';

test('readPlace() reads the four numbers of a place and takes nothing else for one', () => {
  assert.deepEqual(readPlace('--duodao-child=3:4:8355:143'), {
    arenaFd: 3,
    lifeFd: 4,
    offset: 8355,
    serial: 143,
  });
  for (const wrong of [
    undefined,
    '',
    '--duodao-child=',
    '--duodao-child=3:4:5',
    '3:4:5:6',
    '--duodao-child=3:4:5:x',
  ])
    assert.equal(readPlace(wrong), undefined);
  fc.assert(fc.property(fc.string(), (text) => readPlace(text) === undefined));
});

test('launch() gives a child whose record is gone nothing to do, and it ends with a complaint', async () => {
  const { arena } = here();
  graceFd(); // what the first start opens for good
  const before = holdings();
  const child = launch({ kind: 5, offset: arena.heapOffset / 64, serial: 1 });
  const [code] = (await once(child, 'exit')) as [number];
  assert.equal(code, 1);
  await assertNoLeaks(before);
});

test('The file that children begin with says what it is when somebody runs it by hand', async () => {
  const flags = [mainEntry()];
  for (const args of [[], ['--duodao-child=1']]) {
    const { code, stdout, stderr } = await run(undefined, args, { flags }).end;
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /is not for running by hand/);
  }
});

/** What a child of a program in a string is told, when the program is run with these flags. */
async function situationUnder(flags: readonly string[]): Promise<Situation> {
  const [index, targets] = [new URL('../../src/index.ts', fixture('.')), fixture('processes/targets.ts')];
  const source = `
    import { Process } from ${JSON.stringify(index.href)};
    import { situation } from ${JSON.stringify(targets.href)};
    const child = new Process({ target: situation });
    await child.start();
    console.log(JSON.stringify(await child.result()));`;
  const { stdout, stderr } = await run(undefined, ['one', 'two'], { flags: [...flags, '--eval', source] })
    .end;
  assert.match(stdout, /^\{.*\}\n$/, stderr);
  return JSON.parse(stdout) as Situation;
}

test('A child inherits flags, but not the program in a string that its parent is, nor its debugger port', async () => {
  const { argv, execArgv } = await situationUnder([
    '--stack-trace-limit=7',
    '--input-type',
    'module',
    '--inspect-port',
    '0',
    '--test-name-pattern',
    'abc',
    '--test-reporter=tap',
    '--no-warnings',
  ]);
  // A newer runner of tests runs this file with every flag there is, so we ask for no more than these.
  assert.deepEqual(execArgv.slice(-2), ['--stack-trace-limit=7', '--no-warnings']);
  const loader = process.execArgv.indexOf('tsx');
  assert.equal(execArgv[loader], process.execArgv[loader]);
  const gone = /^(module|0|abc|-e|--(eval|input-type|inspect|test)\b.*)$/;
  assert.deepEqual(
    execArgv.filter((flag) => gone.test(flag)),
    [],
  );
  assert.deepEqual(argv, [process.execPath, 'one', 'two']);
});
