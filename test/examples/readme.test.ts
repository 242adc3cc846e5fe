/** What the READMEs and the help texts of the examples show: commands that are understood, and output that comes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Program, run } from '../harness/programs.ts';
import { exampleFile } from './example.ts';

const FOLDERS = ['time', 'chat'] as const;
const started: Program[] = [];
after(() => started.forEach((program) => program.process.kill('SIGKILL')));

function readmeOf(folder: string): string {
  return readFileSync(exampleFile(`${folder}/README.md`), 'utf8');
}

/** The words of a command as a shell divides them. */
function wordsOf(command: string): string[] {
  return Array.from(command.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain!);
}

/** The commands in a text that run an example: the words behind `node`. */
function commandsIn(text: string): string[][] {
  return Array.from(text.matchAll(/\bnode (examples\/.*)$/gm), ([, command]) =>
    wordsOf(command!.split(' ; ')[0]!),
  );
}

function start([file, ...args]: readonly string[], input: 'none' | 'open' = 'none'): Program {
  const program = run(undefined, [exampleFile(file!.replace(/^examples\//, '')), ...args], { input });
  started.push(program);
  return program;
}

/** The programs of a folder: those that a user can start. */
function programsIn(folder: string): string[] {
  return readdirSync(exampleFile(folder))
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => readFileSync(exampleFile(`${folder}/${name}`), 'utf8').includes('isMain(import.meta)'))
    .map((name) => `examples/${folder}/${name}`);
}

interface Shown {
  readonly HELP: string;
  readonly OPTIONS: NonNullable<ParseArgsConfig['options']>;
}

async function shownBy(file: string): Promise<Shown> {
  return (await import(pathToFileURL(exampleFile(file.replace(/^examples\//, ''))).href)) as Shown;
}

for (const folder of FOLDERS) {
  test(`Every program of ${folder} has a help that fits a terminal, with examples that it understands`, async () => {
    const files = programsIn(folder);
    assert.ok(files.length >= 4);
    const helps = await Promise.all(files.map(async (file) => (await shownBy(file)).HELP));
    for (const [index, help] of helps.entries()) {
      assert.match(help, new RegExp(`^Usage:  node ${files[index]!}`, 'm'));
      assert.match(help, /^Exit code: 0 /m);
      for (const line of help.split('\n')) assert.ok(line.length <= 80, `${files[index]}: ${line}`);
    }
    const shown = [readmeOf(folder), ...helps].flatMap(commandsIn);
    const commands = shown.filter((words) => !words.includes('[options]'));
    assert.ok(commands.length > 10);
    for (const [file, ...args] of commands) {
      const { OPTIONS } = await shownBy(file!);
      parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true });
    }
  });

  test(`A program of ${folder} prints its help`, async () => {
    const [file] = programsIn(folder);
    const { stdout, stderr, code } = await start([file!, '--help']).end;
    assert.deepEqual([stdout, stderr, code], [(await shownBy(file!)).HELP, '', 0]);
  });

  test(`The README of ${folder} names every file of its folder`, () => {
    const text = readmeOf(folder);
    const files = readdirSync(exampleFile(folder)).filter((name) => name.endsWith('.ts'));
    for (const file of files) assert.ok(text.includes(`\`${file}\``), file);
  });
}

/** The blocks of a README: commands, and the output that stands behind them if any. */
function blocksIn(text: string): { command: string; output: string | undefined }[] {
  const blocks = text.matchAll(/```sh\n([^]*?)```(?:\n\n```text\n([^]*?)```)?/g);
  return Array.from(blocks, ([, command, output]) => ({ command: command!.trim(), output }));
}

/** Output without what differs each time: numbers, and the spaces that align them. */
function shape(text: string): string {
  return text.replace(/[+-]?\d+/g, '0').replace(/ +/g, ' ');
}

function blockWith(folder: string, text: string): { words: string[]; output: string } {
  const block = blocksIn(readmeOf(folder)).find(({ command }) => command.includes(text));
  assert.ok(block?.output !== undefined, `${text} and its output are in the README of ${folder}`);
  return { words: commandsIn(block.command)[0]!, output: block.output };
}

/** Starts a server as its README does, but for the port, and answers what it printed and where it is. */
async function serve(
  folder: string,
  file: string,
  ...more: string[]
): Promise<{ at: string; server: Program }> {
  const { words, output } = blockWith(folder, file);
  const server = start([...words, '--port', '0', ...more]);
  const promised = output.trimEnd().split('\n');
  const lines: string[] = [];
  while (lines.length < promised.length) lines.push(await server.line());
  assert.deepEqual(lines.map(shape), promised.map(shape));
  return { at: /127\.0\.0\.1:\d+/.exec(lines[0]!)![0], server };
}

async function stop(server: Program): Promise<void> {
  server.process.kill('SIGINT');
  assert.equal((await server.end).code, 0);
}

test('What the README of time shows is what the programs print', async () => {
  const clock = await serve('time', 'time/server.ts');
  const asking = blockWith('time', 'time/client.ts');
  const { stdout } = await start([...asking.words, clock.at]).end;
  assert.equal(shape(stdout), shape(asking.output));
  await stop(clock.server);

  const text = await serve('time', 'text-server.ts');
  const telling = blockWith('time', 'text-client.ts');
  const words = telling.words.map((word) => (word === '127.0.0.1:15124' ? text.at : word));
  assert.equal(shape((await start(words).end).stdout), shape(telling.output));
  await stop(text.server);
});

test('What the README of chat shows is what the programs print', async () => {
  const room = await serve('chat', 'room-server.ts', '--find-port', '0');
  const talking = blockWith('chat', 'printf');
  const eve = start([...talking.words, room.at], 'open');
  eve.tell('hello');
  eve.tell('/me waves');
  eve.process.stdin?.end();
  assert.equal(shape((await eve.end).stdout), shape(talking.output));
  await stop(room.server);
});
