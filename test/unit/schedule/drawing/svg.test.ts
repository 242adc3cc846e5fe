/** The chart as SVG. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '../../../../src/schedule/index.ts';
import { assertGolden, everything } from './golden.ts';

test('Timeline draws itself as SVG as it did when somebody looked at it', () => {
  assertGolden('everything.svg', everything().toSvg({ width: 700, title: 'everything' }));
});

test('Timeline as SVG is XML whatever the names are', () => {
  const svg = simulate([{ name: '</text>"&\u0000\ud800', burst: 1 }], 'fcfs').toSvg();
  assert.ok(svg.includes('&lt;/text&gt;&quot;&amp;??'));
  assert.equal(svg.match(/<text/g)?.length, svg.match(/<\/text>/g)?.length);
});
