/** What a standby rehearses: all of a start, with nothing of it left, and nothing that another could see. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { currentProcess, Process, standby } from '../../../../src/index.ts';
import { isBooting } from '../../../../src/process/start/boot-guard.ts';
import { packageDoors } from '../../../../src/process/child/entries.ts';
import { rehearse } from '../../../../src/process/child/rehearse.ts';
import * as targets from '../../../fixtures/processes/targets.ts';
import { endsClean } from '../../../harness/clean-end.ts';
import { HANG_GUARD } from '../../../harness/participants.ts';
import { assertGivenBack, endChildren, restingBytes, slotsTaken, until } from '../../../harness/tree.ts';

after(() => standby({ size: 0 }));
endsClean();
before(async () => {
  // What the first child of all opens for good.
  await (await new Process({ target: targets.nothing }).start()).join(HANG_GUARD);
});
afterEach(endChildren);

test('A rehearsal leaves everything as it was', async () => {
  await rehearse();
  const before = await restingBytes();
  const seen = (): unknown => [
    [...process.argv],
    { ...process.env },
    process.cwd(),
    isBooting(),
    currentProcess().name,
  ];
  const was = seen();
  await rehearse();
  assert.deepEqual(seen(), was);
  await assertGivenBack(before);
});

test('A rehearsal loads what programs can import of the package, and nothing else', () => {
  const { exports } = JSON.parse(
    readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
  ) as {
    exports: Record<string, { default: string } | string>;
  };
  const doors = Object.values(exports).flatMap((door) => (typeof door === 'string' ? [] : door.default));
  assert.deepEqual(
    packageDoors().map((url) => url.replace(/^.*\/src\/(.*)\.ts$/, './dist/$1.js')),
    doors,
  );
});

test('A standby has rehearsed before it is warm, and one that dies of it is no harm', async () => {
  const resting = await restingBytes();
  await standby({ size: 0 });
  try {
    // Each rehearsal passes this point once, and there are two of them.
    process.env['DUODAO_FAULT'] = 'child.told:2:kill';
    await assert.rejects(standby({ size: 1 }), { code: 'exited' });
    process.env['DUODAO_FAULT'] = 'child.told:3:kill';
    await standby({ size: 1 });
    const child = await new Process({ target: targets.nothing }).start();
    assert.deepEqual(await child.join(HANG_GUARD), { how: 'killed', signal: 'SIGKILL' });
    child.close();
  } finally {
    delete process.env['DUODAO_FAULT'];
    await standby({ size: 0 });
  }
  await until('the dead are buried', () => slotsTaken() === 1);
  await assertGivenBack(resting);
});
