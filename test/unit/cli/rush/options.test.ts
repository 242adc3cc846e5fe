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
    isOrdersGiven: false,
    listen: undefined,
    connect: undefined,
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
    isOrdersGiven: true,
    listen: undefined,
    connect: undefined,
  });
});

test('parseRush takes what an office needs that listens, and what buyers need', () => {
  const words = '--listen 7000 --web [::1]:0 --for 1.5s --max-orders 10 --kill 2'.split(' ');
  assert.deepEqual(parseRush(words).listen, {
    place: { host: '127.0.0.1', port: 7000 },
    web: { host: '::1', port: 0 },
    forMs: 1500,
    ordersMost: 10,
  });
  const { connect, listen } = parseRush(['--connect', 'office:7000']);
  assert.deepEqual([listen, connect], [undefined, { place: { host: 'office', port: 7000 }, buyers: 100 }]);
  assert.equal(parseRush(['--connect', '7000', '--buyers', '2000']).connect?.buyers, 2000);
});

test('parseRush refuses options that say nothing beside each other', () => {
  for (const [words, option] of [
    ['--web 7001', 'web'],
    ['--for 10s', 'for'],
    ['--max-orders 3', 'max-orders'],
    ['--buyers 3', 'buyers'],
    ['--listen 1 --connect 2', 'connect'],
    ['--listen 1 --check l', 'listen'],
    ['--listen 1 --orders o', 'orders'],
    ['--listen 1 --buyers 3', 'buyers'],
    ['--connect 1 --ledger l', 'ledger'],
    ['--connect 1 --no-lock', 'no-lock'],
  ] as const)
    assert.throws(
      () => parseRush(words.split(' ')),
      (error) => error instanceof UsageError && error.message.startsWith(`Cannot use --${option} with`),
      words,
    );
});

test('parseRush refuses what is out of limits', () => {
  for (const words of [
    '--sellers 0',
    '--sellers 65',
    '--kill -1',
    '--kill abc',
    '--seed 4294967296',
    '--lock',
    '--listen x:y',
    '--listen 65536',
    '--listen 1 --for never',
    '--connect 1 --buyers 0',
  ])
    assert.throws(() => parseRush(words.split(' ')), UsageError, words);
});
