/** What docs/guide/serve.md shows is run: the command serves its handlers, and both say what the page shows. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SERVE_OPTIONS } from '../../src/cli/serve/options.ts';
import { Standing } from '../../src/cli/serve/standing.ts';
import { TcpServer } from '../../src/net/index.ts';
import { HAS_PYTHON, interrupt, python, say, serve } from '../conformance/servers.ts';
import { sleepsInLoop } from '../harness/system-calls.ts';
import { childrenWith, until } from '../harness/tree.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PAGE = readFileSync(join(ROOT, 'docs/guide/serve.md'), 'utf8');
const DOOR = pathToFileURL(join(ROOT, 'src/net/index.ts')).href;

mkdirSync(join(ROOT, '.cache'), { recursive: true });
const folder = mkdtempSync(join(ROOT, '.cache', 'serve-'));
after(() => rmSync(folder, { recursive: true }));

const handlers = [...PAGE.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = ''], index) => {
  const path = join(folder, `${index === 0 ? 'shout' : 'visit'}.ts`);
  writeFileSync(path, text.replace(`'duodao/net'`, `'${DOOR}'`));
  return path;
});
const printed = [...PAGE.matchAll(/```text\n([\s\S]*?)```/g)].map(([, text = '']) => text);

test('The first server of the page says, and answers, what the page says', {
  skip: !HAS_PYTHON,
}, async () => {
  const [, command = '', listening] = /```console\n\$ duodao serve (.*)\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const words = command
    .split(' ')
    .map((word) => (word === 'shout.ts' ? handlers[0]! : word.replace(/^8000$/, '0')));
  assert.ok(words.includes('0'));
  const served = await serve(words, { isPlain: true });
  const port = / (\d+)\n$/.exec(served.stderr())![1]!;
  assert.equal(served.stderr().replaceAll(port, '8000'), listening);
  const client = /```py\n([\s\S]*?)```/.exec(PAGE)![1]!;
  assert.equal(await python(client.replaceAll('8000', port)), printed[0]);
  // The client may know that it was served before the worker has counted it.
  await until('nobody is at work', () => childrenWith('--duodao-child', served.pid).every(sleepsInLoop));
  process.kill(served.pid, 'SIGINT');
  const { stderr } = await served.end;
  assert.ok(stderr.endsWith(printed[1]!), stderr);
});

test('The class of the page is served', async () => {
  const served = await serve([handlers[1]!, '--tcp', '0', '--framing', 'lines']);
  assert.equal(await say(served, 'Wang Wei\n'), 'hello, who are you?\ngoodbye, Wang Wei\n');
  const { stats } = await interrupt(served);
  assert.equal(stats.failed, 0);
});

test('The line of --stats is the one of the page', () => {
  const none = new TcpServer({ handler: () => undefined }).stats();
  const counts = { active: 12, accepted: 3456, messagesIn: 1234, bytesIn: 5_600_000, failed: 1, broken: 1 };
  assert.equal(`${new Standing(0).line({ ...none, ...counts }, 1000)}\n`, printed[2]);
});

test('The page knows every option', () => {
  for (const name of Object.keys(SERVE_OPTIONS)) assert.ok(PAGE.includes(`--${name}`), name);
});
