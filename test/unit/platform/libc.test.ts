/**
 * The way to the C library: what it gives here, and that any other system gets one clear error, and only when
 * something needs it. Other systems are played by a child that says it is one.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { libc } from '../../../src/platform/libc.ts';

const PROGRAM = fileURLToPath(new URL('../../fixtures/platform/elsewhere.ts', import.meta.url));

interface Told {
  readonly errors: Record<string, { code: string; message: string; facts: Record<string, string> }>;
  readonly started: string;
  readonly isFresh: boolean;
}

function elsewhere(...what: string[]): Told {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...process.execArgv, PROGRAM, ...what], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Told;
}

test('libc() is the same each time it is asked', () => {
  assert.equal(libc(), libc());
});

test('libc().errno() says why the last call failed', () => {
  const c = libc();
  assert.equal(c.close(-1), -1);
  assert.equal(c.errno(), 9);
  assert.equal(c.open('/there/is/none', 0, 0), -1);
  assert.equal(c.errno(), 2);
});

test('libc().alloc() gives memory that does not move, zeroed or not, and view() shows the same bytes', () => {
  const c = libc();
  const { address, buffer } = c.alloc(64);
  const bytes = new Uint8Array(buffer).fill(7);
  const same = new Uint8Array(c.view(address, 64));
  same[3] = 1;
  assert.equal(bytes[3], 1);
  assert.equal(same[4], 7);
  assert.notEqual(c.alloc(64).address, address);
});

test('Importing duodao never fails; what needs shared memory is refused where there is none', () => {
  for (const [platform, arch] of [
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['linux', 'riscv64'],
  ] as const) {
    const { errors, started, isFresh } = elsewhere(platform, arch);
    for (const [what, { code, message, facts }] of Object.entries(errors)) {
      assert.equal(code, 'unsupported', what);
      assert.match(message, new RegExp(`needs Linux on x64 or arm64: this is ${platform} on ${arch}$`));
      assert.deepEqual(facts, { platform, arch });
    }
    assert.equal(started, 'unsupported');
    assert.ok(isFresh, 'each failure has a stack of its own');
  }
});

test('A system without koffi is told so', () => {
  const { errors } = elsewhere('linux', 'x64', 'missing');
  for (const { code, message } of Object.values(errors)) {
    assert.equal(code, 'unsupported');
    assert.match(message, /^Cannot reach the C library through koffi: no prebuilt file for this system$/);
  }
});
