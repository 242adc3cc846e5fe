/** What an open office looks like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OfficeView } from '../../../../../src/cli/rush/listen/show.ts';
import { frame, plainLine } from '../../../../../src/cli/rush/view.ts';
import { endsClean } from '../../../../harness/clean-end.ts';
import { placeMany, withCounter } from './counter-jobs.ts';

endsClean();

test('OfficeView shows who is connected, what was sold and refused, and how fast', () =>
  withCounter({}, async ({ counter }) => {
    const view = new OfficeView(counter, '127.0.0.1:7000', () => 3, 0);
    await placeMany(counter, 20, ['G2', 'G1']);
    const snapshot = view.snapshot(1000);
    const { sellers, trains, ordersPerSecond, kills } = snapshot;
    assert.deepEqual(snapshot.counter, { at: '127.0.0.1:7000', buyers: 3, sold: 15, refused: 5 });
    assert.deepEqual([sellers.length, ordersPerSecond, kills], [1, 20, 0]);
    assert.deepEqual(trains, [
      { train: 'G1', left: 1000, seats: 1005 },
      { train: 'G2', left: 9990, seats: 10_000 },
    ]);
    assert.equal(plainLine(snapshot), 'rush: 3 buyers, 15 sold, 5 refused, 20 a second, 1 sellers');
    const [heading, bar] = frame(snapshot, { columns: 100, rows: 20, colour: false });
    assert.equal(heading, 'duodao rush  127.0.0.1:7000  3 buyers  15 sold  5 refused  20 a second');
    assert.match(bar!, /^\[\.+\] {2}0 %$|^\[\.+\] {3}0 %$/);
    assert.equal(view.perSecond(1010), 20, 'who looks a moment later sees the same');
  }));
