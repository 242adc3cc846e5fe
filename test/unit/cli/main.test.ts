/** From words to an exit code: results on one stream, complaints on the other. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { helpText, rushHelpText } from '../../../src/cli/help.ts';
import { main } from '../../../src/cli/main.ts';
import { failing, Kept } from './scratch.ts';

async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const output = { out: new Kept(), err: new Kept() };
  const code = await main(words, output);
  return { code, out: output.out.text, err: output.err.text };
}

test('duodao without a command, with --help or -h shows the help', async () => {
  const shown = { code: 0, out: helpText(), err: '' };
  assert.deepEqual(await run(), shown);
  assert.deepEqual(await run('--help'), shown);
  assert.deepEqual(await run('-h'), shown);
});

test('duodao rush --help shows its own help, wherever the word stands', async () => {
  const shown = { code: 0, out: rushHelpText(), err: '' };
  assert.deepEqual(await run('rush', '--help'), shown);
  assert.deepEqual(await run('rush', '--kill', 'x', '-h'), shown);
});

test('duodao --version prints the version of the package', async () => {
  const { version } = JSON.parse(
    await readFile(new URL('../../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  assert.deepEqual(await run('--version'), { code: 0, out: `${version}\n`, err: '' });
});

test('duodao suggests the command that was meant', async () => {
  assert.deepEqual(await run('rsuh'), {
    code: 2,
    out: '',
    err: 'duodao: Unknown command "rsuh"; did you mean rush?\nTry "duodao --help"\n',
  });
  assert.match((await run('--hlep')).err, /^duodao: Unknown option "--hlep"; did you mean --help\?\n/);
  assert.match((await run('constructor')).err, /^duodao: Unknown command "constructor"\n/);
});

test('duodao ends with 2 and the sentence of a usage error, in the name of the command', async () => {
  assert.deepEqual(await run('rush', '--sellers', '0'), {
    code: 2,
    out: '',
    err: 'duodao rush: --sellers must be a whole number from 1 to 64: it is "0"\nTry "duodao rush --help"\n',
  });
});

test('duodao puts its name before each line of an error', async () => {
  const { code, err } = await run('rush', '--check', '/nowhere', '--trains', '/also/nowhere');
  assert.equal(code, 2);
  assert.equal(
    err,
    'duodao rush: Cannot read /also/nowhere as there is no such file or folder\nTry "duodao rush --help"\n',
  );
});

test('duodao keeps its exit code when the reader of its output is gone', async () => {
  const err = new Kept();
  assert.equal(await main(['--help'], { out: failing('EPIPE'), err }), 0);
  assert.equal(err.text, '');
});

test('duodao ends with 1 when its output could not be stored', async () => {
  const err = new Kept();
  assert.equal(await main(['--help'], { out: failing('ENOSPC'), err }), 1);
  assert.equal(err.text, 'duodao: Cannot write the output: write ENOSPC\n');
});

test('duodao still returns its exit code when standard error fails', async () => {
  assert.equal(await main(['nonsense'], { out: new Kept(), err: failing('ENOSPC') }), 2);
});
