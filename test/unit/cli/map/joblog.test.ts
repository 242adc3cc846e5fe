/** The joblog: whole lines, whatever happens. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type JobEntry, Joblog, jobLine } from '../../../../src/cli/map/joblog.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';
import { fileIn, inFolder, shell } from '../scratch.ts';

const ENTRY: JobEntry = { index: 0, key: 'k', item: 'a', status: 'succeeded', ms: 1.5, attempts: 1 };

test('jobLine puts a value, which is JSON already, behind what is known', () => {
  assert.equal(
    jobLine(ENTRY, '{"x":1}'),
    '{"index":0,"key":"k","item":"a","status":"succeeded","ms":1.5,"attempts":1,"value":{"x":1}}\n',
  );
  assert.doesNotMatch(jobLine({ ...ENTRY, status: 'failed' }), /value/);
});

test('A joblog writes what was added when it is told to, and at its end', () =>
  inFolder(async (folder) => {
    const path = `${folder}/log`;
    const joblog = new Joblog(path, false);
    joblog.add('one\n');
    assert.equal(readFileSync(path, 'utf8'), '');
    joblog.flush();
    assert.equal(readFileSync(path, 'utf8'), 'one\n');
    joblog.add('two\n');
    joblog.close();
    joblog.close();
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  }));

test('A joblog writes by itself when there is much', () =>
  inFolder(async (folder) => {
    const joblog = new Joblog(`${folder}/log`, false);
    const line = `${'x'.repeat(2 ** 16)}\n`;
    joblog.add(line);
    assert.equal(readFileSync(`${folder}/log`, 'utf8'), line);
    joblog.close();
  }));

test('A file that holds something is not touched without --resume', () =>
  inFolder(async (folder) => {
    const path = await fileIn(folder, 'log', 'precious');
    assert.throws(() => new Joblog(path, false), /as it holds something: say --resume/);
    assert.equal(readFileSync(path, 'utf8'), 'precious');
    assert.throws(() => new Joblog(folder, true), UsageError);
    assert.throws(() => new Joblog('/dev/null', true), /as it is no file/);
  }));

test('lines() gives each whole line with its place, and takes a torn one off', () =>
  inFolder(async (folder) => {
    // Longer than a block, so that lines go across its end.
    const lines = Array.from({ length: 9000 }, (_, index) => `${index} ${'票'.repeat(index % 30)}`);
    const path = await fileIn(folder, 'log', `${lines.join('\n')}\ntorn`);
    const joblog = new Joblog(path, true);
    const found = [...joblog.lines()];
    assert.deepEqual(
      found.map(({ text }) => text),
      lines,
    );
    for (const { text, at } of found.filter((_, index) => index % 997 === 0))
      assert.equal(joblog.lineAt(at), text);
    joblog.add('next\n');
    joblog.close();
    assert.ok(readFileSync(path, 'utf8').endsWith(`\n${lines.at(-1)}\nnext\n`));
  }));

test('lineAt() reads lines of any length, and says when the file was cut behind our back', () =>
  inFolder(async (folder) => {
    const long = 'x'.repeat(100_000);
    const path = await fileIn(folder, 'log', `a\n${long}\n`);
    const joblog = new Joblog(path, true);
    assert.equal(joblog.lineAt(2), long);
    appendFileSync(path, 'no end');
    assert.throws(() => joblog.lineAt(100_003), /as it has become shorter/);
    joblog.close();
  }));

test('A joblog that the disk has no room for ends with a whole line, and says so', () =>
  inFolder(async (folder) => {
    const source = JSON.stringify(new URL('../../../../src/cli/map/joblog.ts', import.meta.url).href);
    await fileIn(
      folder,
      'fill.mts',
      `import { Joblog } from ${source};
      process.on('SIGXFSZ', () => undefined);
      const joblog = new Joblog('log', false);
      try { for (;;) joblog.add('x'.repeat(999) + '\\n'); }
      catch (error) { console.log(error.code, error.message); }`,
    );
    const { stdout } = await shell('ulimit -f 100; $NODE fill.mts', folder);
    assert.match(stdout, /^no-space Cannot write the joblog log: EFBIG/);
    const text = readFileSync(`${folder}/log`, 'utf8');
    assert.equal(text.length % 1000, 0);
    assert.ok(text.endsWith('\n'));
  }));
