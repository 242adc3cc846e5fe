/**
 * A task names an export without importing it: a stub with the type of the function, which only another
 * process calls.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { addressOf } from '../../../../src/process/address/address.ts';
import { addressOfTask, type AnyFunction, task } from '../../../../src/process/address/task.ts';

export function work(a: number, b: string): string {
  return b.repeat(a);
}

test('task() takes a URL, its text, or import.meta, and checks nothing', () => {
  const expected = { url: import.meta.url, name: 'work', hash: '' };
  assert.deepEqual(addressOf(task(import.meta.url, 'work')), expected);
  assert.deepEqual(addressOf(task(new URL(import.meta.url), 'work')), expected);
  assert.deepEqual(addressOf(task(import.meta, 'work')), expected);
  assert.equal(addressOf(task('node:path', 'join')).url, 'node:path');
  assert.equal(addressOf(task('file:///nowhere.js', 'Class.method')).name, 'Class.method');
});

test('task() keeps the type of the function and its name', () => {
  const stub = task<typeof work>(import.meta.url, 'work');
  const args: Parameters<typeof stub> = [2, 'a'];
  assert.equal(work(...args), 'aa');
  assert.equal(stub.name, 'work');
  // @ts-expect-error the second argument is a string
  const wrong: Parameters<typeof stub> = [2, 3];
  assert.ok(wrong);
});

test('task() refuses what could never be imported', () => {
  const modules: unknown[] = [
    './work.ts',
    '/work.ts',
    '',
    'work',
    'data:text/javascript,',
    3,
    null,
    undefined,
    {},
    [],
  ];
  for (const module of modules)
    assert.throws(() => task(module as string, 'work'), {
      name: 'TypeError',
      message: /^Cannot name a task as module must be import\.meta, or a whole URL .*: current value is /,
    });
  for (const name of ['', '.', 'a.', '.a', 'a..b', 3, undefined, Symbol('a')])
    assert.throws(() => task(import.meta.url, name as string), {
      name: 'TypeError',
      message: /^Cannot name a task as name must be the name of an export: current value is /,
    });
});

test('A task throws when it is called here, as it could only answer with a promise', () => {
  const stub = task<typeof work>(pathToFileURL('/x.js'), 'work');
  assert.throws(() => stub(1, 'a'), {
    name: 'TypeError',
    message: /current value is "work" of file:\/\/\/x\.js$/,
  });
});

test('addressOfTask() knows tasks and nothing else', () => {
  const stub: AnyFunction = task(import.meta.url, 'work');
  assert.equal(addressOfTask(stub)?.name, 'work');
  assert.equal(addressOfTask(work), undefined);
  assert.equal(addressOfTask({}), undefined);
});
