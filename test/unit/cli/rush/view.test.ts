/** The frame: never bigger than it was told, whatever the numbers and names, and readable at 80 by 24. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { frame, plainLine, type Snapshot } from '../../../../src/cli/rush/view.ts';
import { columnsOf, withoutColour } from '../../../../src/cli/text.ts';

const SNAPSHOT: Snapshot = {
  sellers: [
    { name: 'seller 1', pid: 12345, state: 'selling', perSecond: 6310.4, sold: 2114 },
    { name: 'seller 2', pid: 12346, state: 'waiting', perSecond: 0, sold: 7 },
  ],
  trains: [
    { train: 'G1', left: 512, seats: 1193 },
    { train: '复兴号', left: 0, seats: 10 },
    { train: 'D301', left: -12, seats: 100 },
  ],
  done: 12_345,
  total: 20_000,
  ordersPerSecond: 25_310,
  secondsLeft: 0.302,
  kills: 2,
};
const SIZE = { columns: 80, rows: 23, colour: false };

test('frame shows how far the run is, its sellers and its trains', () => {
  assert.deepEqual(frame(SNAPSHOT, SIZE), [
    'duodao rush  12,345 of 20,000 orders  25,310 a second  0.3 s left  2 killed',
    '[############################################............................]  61 %',
    '',
    'seller            pid state       a second      sold',
    'seller 1        12345 selling        6,310     2,114',
    'seller 2        12346 waiting            0         7',
    '',
    'G1        [############................]   512/1,193',
    '复兴号    [............................]        0/10',
    'D301      [............................]     -12/100',
  ]);
});

test('frame fits 24 trains and four sellers into 80 by 23, all of them shown', () => {
  const sellers = Array.from({ length: 4 }, (_, index) => ({
    ...SNAPSHOT.sellers[0]!,
    name: `seller ${index}`,
  }));
  const trains = Array.from({ length: 24 }, (_, index) => ({
    train: `G${index}00`,
    left: index,
    seats: 1193,
  }));
  const lines = frame({ ...SNAPSHOT, sellers, trains }, SIZE);
  const text = lines.join('\n');
  assert.ok(lines.length <= 23, text);
  for (const { name } of sellers) assert.ok(text.includes(name), name);
  for (const { train, left } of trains)
    assert.match(text, new RegExp(`${train} +\\[[#.]+\\] +${left}/1,193`));
});

test('frame counts what does not fit', () => {
  const sellers = Array.from({ length: 64 }, () => SNAPSHOT.sellers[0]!);
  const trains = Array.from({ length: 500 }, () => SNAPSHOT.trains[0]!);
  const text = frame({ ...SNAPSHOT, sellers, trains }, SIZE).join('\n');
  const shown = text.match(/selling/g)!.length;
  assert.match(text, new RegExp(`^and ${64 - shown} more sellers$`, 'm'));
  const trainsShown = text.match(/512\/1,193/g)!.length;
  assert.match(text, new RegExp(`and ${500 - trainsShown} more trains`));
  assert.equal(shown, 4, 'with their heading and two more lines, a third of 23');
  assert.ok(trainsShown >= 30, `${trainsShown} trains`);
});

test('frame is never bigger than it was told, whatever it shows', () => {
  const count = fc.integer({ min: -(10 ** 7), max: 10 ** 9 });
  const name = fc.string({ unit: fc.constantFrom('a', '王', '\u001b', '\n', '😀', '\u0301') });
  const seller = fc.record({ name, pid: fc.nat(), state: name, perSecond: fc.nat(), sold: fc.nat() });
  const train = fc.record({ train: name, left: count, seats: fc.nat(10 ** 6) });
  const snapshot = fc.record({
    sellers: fc.array(seller, { maxLength: 20 }),
    trains: fc.array(train, { maxLength: 60 }),
    done: fc.nat(),
    total: fc.nat(),
    ordersPerSecond: fc.nat(),
    secondsLeft: fc.option(fc.double({ min: 0 }), { nil: undefined }),
    kills: fc.nat(),
  });
  const size = fc.record({
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 1, max: 60 }),
    colour: fc.boolean(),
  });
  fc.assert(
    fc.property(snapshot, size, (given, limits) => {
      const lines = frame(given, limits);
      assert.ok(lines.length <= limits.rows, `${lines.length} lines`);
      for (const line of lines) {
        assert.ok(columnsOf(line) <= limits.columns, line);
        assert.doesNotMatch(withoutColour(line), /\p{Cc}/u);
      }
      if (limits.colour)
        assert.deepEqual(lines.map(withoutColour), frame(given, { ...limits, colour: false }));
    }),
    { numRuns: 300 },
  );
});

test('frame uses colours only when asked', () => {
  assert.ok(!frame(SNAPSHOT, SIZE).join('').includes('\u001b'), 'no colour');
  const coloured = frame(SNAPSHOT, { ...SIZE, colour: true });
  assert.deepEqual(coloured.map(withoutColour), frame(SNAPSHOT, SIZE));
  assert.ok(coloured.at(-1)!.includes('\u001b[31m    -12/100\u001b[0m'), 'oversold is red');
});

test('frame shows a finished run, and one that has nothing to do', () => {
  const done = frame({ ...SNAPSHOT, done: 20_000 }, SIZE);
  assert.match(done[0]!, / {2}done {2}/);
  assert.match(done[1]!, /^\[#+\] 100 %$/);
  assert.match(frame({ ...SNAPSHOT, done: 0, total: 0 }, SIZE)[1]!, /100 %$/);
});

function heading(secondsLeft: number | undefined): string {
  return frame({ ...SNAPSHOT, secondsLeft, kills: 0 }, SIZE)[0]!;
}

test('frame words the time left by its size', () => {
  assert.match(heading(undefined), /time left unknown$/);
  assert.match(heading(Number.POSITIVE_INFINITY), /time left unknown$/);
  assert.match(heading(9.94), / 9\.9 s left$/);
  assert.match(heading(42.4), / 42 s left$/);
  assert.match(heading(3600), / 60 min left$/);
});

test('plainLine says the same in one line', () => {
  assert.equal(
    plainLine(SNAPSHOT),
    'rush: 12345 of 20000 orders, 25310 a second, 0.3 s left, 2 sellers, 2 killed',
  );
  assert.equal(
    plainLine({ ...SNAPSHOT, done: 20_000, kills: 0 }),
    'rush: 20000 of 20000 orders, 25310 a second, 2 sellers',
  );
});
