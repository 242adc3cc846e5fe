/** The options of rush: what holds when nothing is said, and what each one changes. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { parseRush } from '../../../../src/cli/rush/options.ts';
import { UsageError } from '../../../../src/cli/usage-error.ts';

test('parseRush uses the sample, the lock and a few sellers when nothing is said', () => {
  const { sellers, trains, orders, ...rest } = parseRush([]);
  assert.ok(sellers >= 2 && sellers <= 8);
  assert.ok(existsSync(trains) && trains.endsWith('/examples/data/trains.json'));
  assert.ok(existsSync(orders) && orders.endsWith('/examples/data/orders.ndjson'));
  assert.deepEqual(rest, {
    ledger: 'rush-ledger.ndjson',
    lock: true,
    kills: 0,
    seed: undefined,
    check: undefined,
    json: false,
  });
});

test('parseRush takes every option', () => {
  const words = '--sellers 3 --trains t --orders o --ledger - --no-lock --kill 20 --seed 0 --check c --json';
  assert.deepEqual(parseRush(words.split(' ')), {
    sellers: 3,
    trains: 't',
    orders: 'o',
    ledger: '-',
    lock: false,
    kills: 20,
    seed: 0,
    check: 'c',
    json: true,
  });
});

test('parseRush refuses what is out of limits', () => {
  for (const words of [
    '--sellers 0',
    '--sellers 65',
    '--kill -1',
    '--kill abc',
    '--seed 4294967296',
    '--lock',
  ])
    assert.throws(() => parseRush(words.split(' ')), UsageError, words);
});
