/** Subclasses of Process that override run(): what of them travels, what they see of themselves, what is refused. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Lock, Process, Value } from '../../../src/index.ts';
import { fieldsOf, overridesRun } from '../../../src/process/subclass.ts';
import * as subclasses from '../../fixtures/processes/subclasses.ts';
import { nothing } from '../../fixtures/processes/targets.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { endChildren } from '../../harness/tree.ts';

const { Adder, Greeter, LoudGreeter } = subclasses;

endsClean();
afterEach(endChildren);

test('A subclass of Process runs with its fields as they were at the start, and is not made again', async () => {
  const options = { daemon: true, name: 'only an argument' };
  const greeter = new LoudGreeter('you', [1, options]);
  greeter.times.set('again', 3);
  assert.deepEqual([greeter.name, greeter.daemon, greeter.state], ['greeter of you', true, 'new']);
  await greeter.start();
  greeter.times.set('too late', 4);
  assert.deepEqual(await greeter.result(), {
    args: [1, options],
    fields: {
      whom: 'you',
      times: new Map([
        ['hello', 2],
        ['again', 3],
      ]),
    },
    isGreeter: true,
    constructed: 0,
    greeting: 'HELLO YOU!',
    facts: ['greeter of you', true, true, true, 'running'],
  });
  assert.deepEqual(await greeter.join(), { how: 'exited', code: 0 });
});

test('A subclass of Process takes shared objects in its fields as themselves', async () => {
  const adder = new Adder({ args: [2, 3] });
  adder.value = new Value('i32', 1);
  adder.lock = new Lock();
  await adder.start();
  assert.equal(await adder.result(), 5);
  assert.equal(adder.value.value, 6);
  await adder.join();
});

test('A process may have subclasses as children that have children', async () => {
  const parent = await new subclasses.Parent().start();
  assert.equal(await parent.result(), 3);
  await parent.join();
});

test('A process inside of run() can rename itself, and neither starts nor waits for itself', async () => {
  const child = await new subclasses.Inward({ name: 'inward' }).start();
  assert.deepEqual(await child.result(), {
    refusals: [
      'TypeError: Cannot start inward as a process starts only once: make another one',
      'TypeError: Cannot join inward as it is this very process',
      'TypeError: Cannot ask for the result of inward as it is this very process',
      'TypeError: Cannot terminate inward as it is this very process',
    ],
    renamed: 'renamed inside',
  });
  await child.join();
});

test('A subclass of Process without a run() of its own has a target, as Process has', async () => {
  const child = await new subclasses.Named(nothing).start();
  assert.equal(child.name, 'named');
  assert.equal(await child.result(), undefined);
  await child.join();
});

test('A subclass of Process is refused where it could not be the same in the child', async () => {
  for (const child of [new subclasses.Secretive(), new subclasses.ChildOfSecretive()]) {
    await assert.rejects(child.start(), {
      code: 'not-cloneable',
      message: /^Cannot send this as it is an instance of Secretive, which keeps #private state/,
      facts: { path: 'this', class: 'Secretive' },
    });
    assert.equal(child.state, 'new');
  }
  await assert.rejects(new subclasses.Closure().start(), {
    code: 'not-cloneable',
    message: /^Cannot send this as this\.options\.onDone is a /,
  });
  await assert.rejects(subclasses.makeNotExported().start(), { code: 'not-exported' });
  const hiding = Object.defineProperty(new Greeter('you'), 'name', { value: 'x', enumerable: true });
  await assert.rejects(hiding.start(), {
    name: 'TypeError',
    message: /^Cannot start a Greeter as its field "name" hides that of Process: set this\.name in the /,
  });
});

test('Process needs a target or a run() of its own, and not both', () => {
  class Both extends Process {
    constructor() {
      super({ target: nothing });
    }
    override run(): void {}
  }
  assert.throws(() => new Process(), { name: 'TypeError', message: /or a subclass must override run\(\)/ });
  assert.throws(() => new (class extends Process {})(), TypeError);
  assert.throws(() => new Both(), { name: 'TypeError', message: /both a target and a run\(\)/ });
});

test('Process.run() called here runs its target here', () => {
  const here = new Process({ target: (a: number) => a + process.pid, args: [1] });
  assert.equal(here.run(2), 2 + process.pid);
  assert.equal(new Adder().run.length, 2);
});

test('overridesRun() and fieldsOf() look at every class below the base', () => {
  assert.equal(overridesRun(LoudGreeter, Process), true);
  assert.equal(overridesRun(subclasses.Named, Process), false);
  assert.deepEqual(fieldsOf({ a: 1 }, LoudGreeter, Process), { a: 1 });
  assert.throws(() => fieldsOf({}, subclasses.ChildOfSecretive, Process), { code: 'not-cloneable' });
  assert.throws(() => fieldsOf({ run: 1 }, Greeter, Process), /make it a method$/);
});
