/** Options that there are not are refused by their names, and so are those of processes where a thread is made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Process, Thread } from '../../../src/index.ts';
import { checkOptionNames } from '../../../src/process/option-names.ts';
import * as targets from '../../fixtures/processes/targets.ts';

const target = targets.nothing;
/** What only processes can have, each with a value that one of them would take. */
const OF_PROCESSES = {
  affinity: [0],
  allowChildren: true,
  cwd: '/',
  detached: false,
  env: {},
  execArgv: [],
  nice: 5,
  stdio: 'ignore',
};

test('Thread refuses each option that only a process can have, by its name, and says what to do', () => {
  for (const [name, value] of Object.entries(OF_PROCESSES)) {
    const remedy = 'make it a Process, or leave that out';
    const message = `Cannot make a thread as ${name} is an option of processes only: ${remedy}`;
    assert.throws(() => new Thread({ target, [name]: value }), { name: 'TypeError', message });
    assert.ok(new Thread({ target, [name]: undefined }));
    assert.ok(new Process({ target, [name]: value }));
  }
});

test('Thread refuses limits of memory that nobody could hold it to', () => {
  for (const memory of [{ softBytes: 1 }, { hardBytes: 2, onSoft: () => undefined }]) {
    const message = /^Cannot make a thread as memory\.(softBytes|onSoft) is an option of processes only/;
    assert.throws(() => new Thread({ target, memory }), { name: 'TypeError', message });
  }
  for (const hardBytes of [0, Number.NaN])
    assert.throws(() => new Thread({ target, memory: { hardBytes } }), RangeError);
  assert.ok(new Thread({ target, memory: { hardBytes: 2 ** 26 } }));
});

for (const Kind of [Process, Thread] as unknown as (typeof Process)[]) {
  test(`${Kind.name} refuses options that there are not, and names those that there are`, () => {
    const noun = Kind.name.toLowerCase();
    const slip = new RegExp(`^Cannot make a ${noun} as there is no option deamon: .* args, .*daemon, .*name`);
    assert.throws(() => new Kind({ target, deamon: true } as never), { name: 'TypeError', message: slip });
    assert.throws(() => new Kind({ target, memory: { hardbytes: 1 } } as never), {
      name: 'TypeError',
      message: /no option memory\.hardbytes: .* memory\.hardBytes/,
    });
    // A name that every object has is no option for that.
    assert.throws(() => new Kind({ target, toString: 1 } as never), /no option toString/);
    assert.ok(new Kind({ target, deamon: undefined } as never));
  });
}

test('checkOptionNames() leaves what is no object to those who check values', () => {
  for (const options of [undefined, null, 5, 'ab', { memory: null }, { memory: 5 }])
    checkOptionNames(options, 'process');
});
