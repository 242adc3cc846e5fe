/**
 * Kills participants of our own programs at the worst moments, over and over, and judges what is left.
 *
 *     npm run torture                                     200 kills, at random fault points
 *     npm run torture -- --kills 2000 --seed 7            2000 of them, the same choices each time
 *     npm run torture -- --point queue.put                only at this point (name or number), or at several: a,b
 *     npm run torture -- --sweep                          at each point in turn, at hit after hit
 *     npm run torture -- --only queue                     one of the storms: lock, queue, map, permit, banker,
 *                                                         condition, mixed
 *
 * The storms are tests (test/crash/*-kill.test.ts): each keeps a record of what was promised that is independent of
 * what it tests. Here they run one after the other, in peace, with as many kills as are asked for; the suite runs
 * them with few.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The storms, and how much of the kills each has. */
const STORMS = { lock: 3, queue: 4, map: 2, permit: 2, banker: 1, condition: 2, mixed: 2 };

function readArguments() {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      point: { type: 'string' },
      sweep: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  if (!(Number.isInteger(kills) && kills >= 1))
    throw new Error(`Cannot kill ${values.kills} times: --kills is a whole number of 1 or more`);
  if (!(Number.isInteger(seed) && seed >= 0))
    throw new Error(`Cannot begin with ${values.seed}: --seed is a whole number`);
  if (values.only !== undefined && !(values.only in STORMS))
    throw new Error(`There is no storm ${values.only}: they are ${Object.keys(STORMS).join(', ')}`);
  const points = values.sweep ? 'sweep' : (values.point ?? 'all');
  return { kills, seed, points, only: values.only };
}

function storm(name, { kills, seed, points }) {
  const loader = 'typescript' in process.features ? [] : ['--import', 'tsx'];
  const reporter = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
  const argv = [...loader, '--test', ...reporter, `test/crash/${name}-kill.test.ts`];
  const { status } = spawnSync(process.execPath, argv, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DUODAO_KILLS: String(kills), DUODAO_SEED: String(seed), DUODAO_POINTS: points },
  });
  return status === 0;
}

function main() {
  const wanted = readArguments();
  const names = wanted.only === undefined ? Object.keys(STORMS) : [wanted.only];
  const shares = names.reduce((sum, name) => sum + STORMS[name], 0);
  console.log(`${wanted.kills} kills, seed ${wanted.seed}, points: ${wanted.points}`);
  const failed = names.filter((name) => {
    const kills = Math.max(1, Math.round((wanted.kills * STORMS[name]) / shares));
    console.log(`\n== ${name}: ${kills} kills`);
    const isOk = storm(name, { ...wanted, kills });
    const how =
      wanted.points === 'sweep' ? '--sweep' : wanted.points === 'all' ? '' : `--point ${wanted.points}`;
    if (!isOk)
      console.log(`again: npm run torture -- --only ${name} --kills ${kills} --seed ${wanted.seed} ${how}`);
    return !isOk;
  });
  console.log(failed.length === 0 ? '\nall held' : `\nfailed: ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
