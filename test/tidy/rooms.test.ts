/**
 * Holds the house to its own rules. A breach is named with its file, line and rule; what the rules are, and
 * that each of them can find something, is in doors.ts, habits.ts, mirrors.ts and rules.test.ts.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { homeless, ROOMS, wrongDoors, wrongMachine } from './doors.ts';
import { badHabits, tooBig } from './habits.ts';
import { COVERED, missingTests } from './mirrors.ts';
import { filesUnder, sourcesUnder, textOf } from './sources.ts';

const sources = sourcesUnder('src');

function none(breaches: readonly string[]): void {
  if (breaches.length > 0) assert.fail(`${breaches.length} found\n${breaches.join('\n')}`);
}

test('The table of rooms has no cycle and names only rooms', () => {
  const above: string[] = [];
  const visit = (room: string): void => {
    assert.ok(!above.includes(room), [...above, room].join(' opens '));
    above.push(room);
    for (const next of ROOMS[room]!.opens) visit(next);
    above.pop();
  };
  const named = Object.values(ROOMS).flatMap(({ opens, typesOf = [] }) => [...opens, ...typesOf]);
  none(named.filter((room) => !Object.hasOwn(ROOMS, room)));
  Object.keys(ROOMS).forEach(visit);
});

test('Every source is in a room of the table', () => {
  assert.ok(sources.length > 0);
  none(sources.flatMap(homeless));
});

test('Every room opens only the doors in its row', () => none(sources.flatMap(wrongDoors)));

test('Only platform asks which machine this is', () => none(sources.flatMap(wrongMachine)));

test('Every source is written as we write', () => none(sources.flatMap(badHabits)));

test('Every file can be taken in at a glance', () => {
  const paths = ['src', 'test', 'bench', 'examples', 'scripts', 'bin']
    .flatMap(filesUnder)
    .filter((path) => /\.(?:[mc]?[jt]s)$/.test(path));
  none(paths.flatMap((path) => tooBig({ path, text: textOf(path) })));
});

test('Every source has a test', () => {
  const tests = new Set(filesUnder('test').filter((path) => path.endsWith('.test.ts')));
  none(missingTests(sources, tests, COVERED));
});
