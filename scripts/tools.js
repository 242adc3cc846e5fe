/**
 * Fetches the network programs that tests talk to, from Debian's packages, without installing anything:
 *
 *     .cache/tools/debs     the packages, and those of their dependencies that this machine does not have
 *     .cache/tools/root     what is in them
 *     .cache/tools/stamp    which ones these are; written last
 *
 * apt-get only downloads (with lists and archives of its own, so it needs no root and no lock), dpkg only unpacks: no
 * script of a package runs, no service starts. What is on the path already is not fetched. Where there is no apt-get or
 * no network, it says so and ends well: the tests that need what is missing are skipped, and say so as well. They find
 * the programs by test/harness/tools.ts.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Packages, and the program for which each is fetched. `nc` may be any of three, so it goes by its full name. */
const PROGRAMS = {
  socat: 'socat',
  'netcat-openbsd': 'nc.openbsd',
  ncat: 'ncat',
  chrony: 'chronyd',
  rdate: 'rdate',
  wrk: 'wrk',
  'apache2-utils': 'ab',
  curl: 'curl',
  openssl: 'openssl',
};
/** Fetched alone: it runs with any Python, and would bring Debian's with it. */
const MODULES = ['python3-ntplib'];

const FOLDER = fileURLToPath(new URL('../.cache/tools/', import.meta.url));
const DEBS = join(FOLDER, 'debs');
const LISTS = join(FOLDER, 'lists');
const STAMP = join(FOLDER, 'stamp');
/** A network may drop what is sent rather than refuse it: then this is over all the same. */
const ENDS_AT = Date.now() + 300_000;
const SETTINGS = {
  'Debug::NoLocking': '1',
  'Dir::State::lists': LISTS,
  'Dir::Cache::archives': DEBS,
  'Dir::Cache::pkgcache': '',
  'Dir::Cache::srcpkgcache': '',
  'APT::Sandbox::User': 'root', // another user cannot write here
  'Acquire::Retries': '2',
  'Acquire::http::Timeout': '20',
  'Acquire::https::Timeout': '20',
};

function isOnPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

function run(command, args, cwd = FOLDER) {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: Math.max(1, ENDS_AT - Date.now()),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return undefined;
  const said = (stderr ?? '').split('\n').find((line) => line.startsWith('E:'));
  return said?.slice(2).trim() ?? error?.message ?? `${command} ended with ${status}`;
}

const apt = (...args) =>
  run(
    'apt-get',
    [...Object.entries(SETTINGS).flatMap(([name, value]) => ['-o', `${name}=${value}`]), ...args],
    DEBS,
  );
const withDependencies = (names) =>
  apt('install', '--download-only', '--no-install-recommends', '-y', ...names);
const alone = (names) => apt('download', ...names);

/** Fetches these, all at once if that can be; answers why not, for each that is not to be had. */
function fetch(how, names) {
  if (names.length === 0 || how(names) === undefined) return [];
  return names.flatMap((name) => {
    const why = how([name]);
    return why === undefined ? [] : [`${name} (${why})`];
  });
}

/** This system in one line: what is unpacked fits the one that it was fetched for. */
function system() {
  const about = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return `${process.arch} ${/^PRETTY_NAME=(.*)$/m.exec(about)?.[1] ?? ''}`;
}

function main() {
  const programs = Object.keys(PROGRAMS).filter((name) => !isOnPath(PROGRAMS[name]));
  const names = [...programs, ...MODULES];
  const [fits, ...there] = existsSync(STAMP) ? readFileSync(STAMP, 'utf8').trim().split('\n') : [];
  if (fits === system() && names.every((name) => there.includes(name))) return;
  if (!isOnPath('apt-get') || !isOnPath('dpkg')) {
    console.log(`duodao: not fetching ${names.join(', ')}, as there is no apt-get here`);
    return;
  }
  console.log(`duodao: fetching ${names.join(', ')} into .cache/tools`);
  if (fits !== system()) rmSync(FOLDER, { recursive: true, force: true });
  for (const folder of [DEBS, LISTS]) mkdirSync(join(folder, 'partial'), { recursive: true });
  const refused = apt('update'); // it may be content with having got nothing
  if (!readdirSync(LISTS).some((name) => name.includes('Packages'))) {
    console.log(`duodao: no list of packages is to be had: ${refused ?? 'is there a network?'}`);
    return;
  }
  const failed = [...fetch(withDependencies, programs), ...fetch(alone, MODULES)];
  for (const name of readdirSync(DEBS).filter((file) => file.endsWith('.deb'))) {
    const why = run('dpkg', ['-x', join(DEBS, name), join(FOLDER, 'root')]);
    if (why !== undefined) failed.push(`${name} (${why})`);
  }
  rmSync(LISTS, { recursive: true }); // large, and old tomorrow
  if (failed.length === 0) writeFileSync(STAMP, `${[system(), ...names].join('\n')}\n`);
  else console.log(`duodao: not to be had: ${failed.join(', ')}`);
}

main();
