/** What a module has to handle connections. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Discovery, learn } from '../../../../src/cli/serve/learn.ts';
import { fileIn, inFolder } from '../scratch.ts';

async function found(source: string, name?: string, file = 'm.mjs'): Promise<Discovery> {
  let discovery: Discovery | undefined;
  await inFolder(async (folder) => {
    ({ discovery } = await learn(pathToFileURL(await fileIn(folder, file, source)).href, name));
  });
  return discovery!;
}

/** As of another copy of the package. */
const CLASS = `class H {}; Object.defineProperty(H.prototype, Symbol.for('duodao.RequestHandler'), { value: true });`;

test('A handler is a function, or a class of handlers, of any copy of the package', async () => {
  assert.deepEqual(await found('export const a = () => {}; export const no = 1;'), {
    kind: 'found',
    name: 'a',
  });
  assert.deepEqual(await found(`${CLASS} export { H }; export class No {}`), { kind: 'found', name: 'H' });
  assert.deepEqual(await found('module.exports = { late() {} };', 'late', 'm.cjs'), {
    kind: 'found',
    name: 'late',
  });
});

test('Without a name it is the default one, or the only one', async () => {
  const two = 'export const a = () => {}; export const b = () => {};';
  assert.deepEqual(await found(`${two} export default a;`), { kind: 'found', name: 'default' });
  assert.deepEqual(await found(two), { kind: 'several', handlers: ['a', 'b'] });
  assert.deepEqual(await found(two, 'b'), { kind: 'found', name: 'b' });
});

test('What is no handler is named beside those that are', async () => {
  assert.deepEqual(await found('export class No {}; export const a = () => {}; export const x = 1;', 'No'), {
    kind: 'missing',
    handlers: ['a'],
    others: ['No', 'x'],
  });
  assert.deepEqual(await found('export {};'), { kind: 'missing', handlers: [], others: [] });
});

test('A module that throws is told of with its stack', async () => {
  const broken = await found('throw new RangeError("not today");');
  assert.match(broken.kind === 'broken' ? broken.error : '', /^RangeError: not today\n +at /);
});

test('learn has the handler itself', () =>
  inFolder(async (folder) => {
    const url = pathToFileURL(await fileIn(folder, 'm.mjs', 'export default () => 7;')).href;
    const { handler } = await learn(url, undefined);
    assert.equal((handler as unknown as () => number)(), 7);
  }));
