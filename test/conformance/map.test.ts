/**
 * `duodao map` as people run it: real files and pipes, real workers, real signals.
 *
 * That a run has ended means here that all of its output is closed, so none of its workers lives on.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type End, fixture, type Program, run, type RunOptions } from '../harness/programs.ts';
import { childrenWith, until } from '../harness/tree.ts';
import { shell } from '../unit/cli/scratch.ts';

const WORK = fileURLToPath(fixture('map/work.ts'));
const folder = mkdtempSync(join(tmpdir(), 'map-test-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(content: string): string {
  const path = join(folder, `file${files++}`);
  writeFileSync(path, content);
  return path;
}

function start(words: readonly string[], options: RunOptions = {}): Program {
  return run('cli/duodao.ts', ['map', ...words], options);
}

async function map(...words: readonly string[]): Promise<End> {
  return await start(['-j', '2', ...words]).end;
}

/** Runs a line of bash in which `map` is the command. */
async function bash(
  line: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const duodao = fileURLToPath(fixture('cli/duodao.ts'));
  return await shell(`map() { $NODE ${duodao} map -j 2 "$@"; }; ${line}`, folder, {
    DUODAO_STANDBY: '0',
    ...env,
  });
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n');
  } catch {
    return []; // nobody has written it yet
  }
}

test('map calls a function with each word, and prints what it returns', async () => {
  const { code, stdout, stderr } = await map(`${WORK}#double`, '-k', 'a', '--', '-b');
  assert.deepEqual([code, stdout, stderr], [0, '"aa"\n"-b-b"\n', '']);
});

test('map takes lines, JSON, texts behind zero bytes, paths, and what is piped in', async () => {
  const lines = await map(`${WORK}#double`, '-k', '--lines', file('a\nb\n'));
  assert.deepEqual([lines.code, lines.stdout], [0, '"aa"\n"bb"\n']);
  const json = await map(`${WORK}#double`, '-k', '--tag', '--ndjson', file('1\n"x"\n'));
  assert.equal(json.stdout, '1\t2\n"x"\t"xx"\n');
  const zero = await map(`${WORK}#double`, '-k', '-0', file('a\nb\0c'));
  assert.equal(zero.stdout, '"a\\nba\\nb"\n"cc"\n');
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'x.md'), '');
  const glob = await map(fileURLToPath(fixture('map/one.ts')), '--glob', `${folder}/**/*.md`);
  assert.equal(glob.stdout, `${`${folder}/deep/x.md`.length}\n`);
  const piped = await bash(`seq 1000 | map ${WORK}#double -k | tail -1`);
  assert.deepEqual(piped, { code: 0, stdout: '"10001000"\n', stderr: '' });
});

test('map prints null for nothing, and keeps what a function prints out of the results', async () => {
  const { stdout, stderr } = await map(`${WORK}#nothing`, 'a');
  assert.deepEqual([stdout, stderr], ['null\n', '']);
  for (const kind of [[], ['--threads']]) {
    const chatty = await map(`${WORK}#chatty`, ...kind, 'a');
    assert.deepEqual([chatty.stdout, chatty.stderr], ['"a"\n', 'said a\nwritten\n']);
  }
});

test('map tells of each item that fails, and its exit code counts them', async () => {
  const { code, stdout, stderr } = await map(`${WORK}#failing`, '-k', 'a', 'bad1', 'b', 'bad2');
  assert.deepEqual([code, stdout], [2, '"a"\n"b"\n']);
  assert.match(stderr, /^duodao map: item 1 \("bad1"\) failed: TypeError: no bad1 \(.*work\.ts:\d+:\d+\)$/m);
  assert.match(stderr, /^duodao map: 2 succeeded, 2 failed in /m);
  const json = await map(`${WORK}#failing`, '-k', '--json', '--tag', 'bad');
  assert.equal(json.stdout, '{"index":0,"item":"bad","error":{"name":"TypeError","message":"no bad"}}\n');
  const many = await bash(`seq 150 | sed s/^/bad/ | map ${WORK}#failing`);
  assert.equal(many.code, 101);
  assert.equal(many.stderr.match(/ failed: /g)!.length, 20);
});

test('map loses only the item whose worker dies', async () => {
  const { code, stdout, stderr } = await map(`${WORK}#dying`, '-k', 'a', 'die', 'b', 'c');
  assert.deepEqual([code, stdout], [1, '"a"\n"b"\n"c"\n']);
  assert.match(stderr, /item 1 \("die"\) failed: .* was killed by SIGKILL/);
});

test('map calls a function once with each of thousands of items, also when workers die', async () => {
  for (const order of [[], ['-k']]) {
    const notes = join(folder, `mortal${order.length}`);
    const items = Array.from(
      { length: 3000 },
      (_, index) => `${index % 1000 === 500 ? 'die' : 'go'}${index}`,
    );
    const words = ['-j', '2', `${WORK}#mortal`, ...order, '--lines', file(items.join('\n'))];
    const { code, stdout } = await start(words, { env: { NOTES: notes } }).end;
    assert.equal(code, 3);
    const written = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as string);
    const good = items.filter((item) => item.startsWith('go'));
    assert.deepEqual(
      order.length > 0 ? written : written.toSorted(),
      order.length > 0 ? good : good.toSorted(),
    );
    assert.deepEqual(linesOf(notes).toSorted(), items.toSorted());
  }
});

test('map fails an item that takes too long, and ends early as it is told', async () => {
  const late = await map(`${WORK}#waiting`, '-k', '--timeout', '2s', '--json', '1', '20000');
  assert.equal(late.code, 1);
  assert.match(late.stdout, /^\{"index":0,"value":"1"\}\n\{"index":1,"error":\{.*"code":"timed-out"\}\}\n$/);
  const now = await map(`${WORK}#waiting`, '--halt', 'now,success=1', '20000', '1', '20000', '20000');
  assert.deepEqual([now.code, now.stdout], [0, '"1"\n']);
  assert.match(now.stderr, /1 succeeded, [123] stopped in .*; ended by --halt/);
  const soon = await start(['-j', '1', `${WORK}#failing`, '--halt', 'soon,fail=1', 'a', 'bad', 'c', 'd']).end;
  assert.deepEqual([soon.code, soon.stdout], [1, '"a"\n']);
});

test('map --dry-run prints what would be called, and --trace what ran', async () => {
  const dry = await map(`${WORK}#dying`, '--dry-run', 'die');
  assert.deepEqual([dry.code, dry.stdout, dry.stderr], [0, `${WORK}#dying("die")\n`, '']);
  const path = join(folder, 'trace');
  assert.equal((await map(`${WORK}#double`, '--trace', path, 'a', 'b')).code, 0);
  assert.equal(typeof JSON.parse(readFileSync(path, 'utf8')), 'object');
});

test('map --progress tells on standard error how it goes', async () => {
  const { stdout, stderr } = await map(`${WORK}#double`, '--progress', 'a');
  assert.equal(stdout, '"aa"\n');
  assert.match(stderr, /1 succeeded in /);
});

test('map --resume goes on after a SIGKILL with what has not succeeded', async () => {
  const [joblog, first, second] = ['log', 'first', 'second'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const words = [`${WORK}#noting`, '-k', '--joblog', joblog];
  const program = start(['-j', '2', ...words, 'a', 'b', 'hang'], { env: { NOTES: first } });
  await until('two items are done and the third is begun', () => {
    return linesOf(first).length === 3 && linesOf(joblog).length === 2;
  });
  program.process.kill('SIGKILL');
  await program.end;
  writeFileSync(joblog, `${readFileSync(joblog, 'utf8')}{"index":2,"key":"torn`);
  const refused = await map(...words, 'a');
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  const { code, stdout, stderr } = await start(['-j', '2', ...words, '--resume', 'c', 'a', 'b'], {
    env: { NOTES: second },
  }).end;
  assert.deepEqual([code, stdout], [0, '"c"\n"a"\n"b"\n']);
  assert.match(stderr, /1 succeeded, 2 done before/);
  assert.deepEqual(
    linesOf(second).map((line) => line.split(' ')[0]),
    ['c'],
  );
  assert.equal(linesOf(joblog).length, 3);
});

test('map ends quietly when its reader leaves, with all of its workers', async () => {
  const { code, stdout, stderr } = await bash(`set -o pipefail; yes | map ${WORK}#double | head -1`);
  assert.deepEqual(
    { code: code === 141 ? 0 : code, stdout, stderr },
    { code: 0, stdout: '"yy"\n', stderr: '' },
  );
});

test('Ctrl-C and SIGTERM end map in order, with what has been done', async () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const notes = join(folder, `notes-${signal}`);
    const program = start(['-j', '2', `${WORK}#noting`, 'a', 'hang1', 'hang2'], {
      env: { NOTES: notes },
      isJob: true,
    });
    assert.equal(await program.line(), '"a"');
    await until('both are at work', () => linesOf(notes).length === 3);
    const [command = 0] = childrenWith('cli/duodao.ts', program.process.pid!);
    // As a terminal does it: to all of its group at once.
    process.kill(signal === 'SIGINT' ? -command : command, signal);
    const end = await program.end;
    assert.equal(end.code, code, end.stderr);
    assert.match(end.stderr, new RegExp(`^duodao map: 1 succeeded, 2 stopped in .*; ended by ${signal}\\n$`));
  }
});

test('map says what is wrong with what it was given', async () => {
  const one = fileURLToPath(fixture('map/one.ts'));
  for (const [words, sentence] of [
    [[WORK, 'a'], /as it exports several: write .*#chatty, /],
    [[`${WORK}#duoble`, 'a'], /as it exports no such function; did you mean double\?/],
    [[`${one}s`, 'a'], /as there is no such file or package; did you mean .*one\.ts\?/],
    [[fileURLToPath(fixture('map/throws.ts')), 'a'], /as it failed:\n.*Error: not today/],
    [[one, '--lines', '/nowhere'], /Cannot read \/nowhere as there is no such file/],
    [[one, 'a', '--policy', 'fastest'], /fastest/],
    [[one, 'a', '--policy', 'rr', '--threads'], /./],
    [[one, 'a', '--joblog', '/nowhere/log'], /Cannot write \/nowhere\/log/],
    [[one, 'a', '--trace', '/nowhere/trace'], /Cannot write \/nowhere\/trace/],
  ] as const) {
    const { code, stdout, stderr } = await map(...words);
    assert.deepEqual([code, stdout], [2, ''], `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, sentence);
    assert.match(stderr, /^Try "duodao map --help"$/m);
  }
});
