/** Who may ask what of the page's server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrongHost, wrongSource } from '../../../../../../src/cli/rush/listen/web/guard.ts';

test('wrongHost goes by numbers, localhost and the name it was given, and by no other name', () => {
  for (const host of [
    '127.0.0.1:7001',
    'localhost',
    'LOCALHOST:7001',
    '[::1]:7001',
    '192.168.1.5:80',
    'office:7001',
  ])
    assert.equal(wrongHost({ host }, 'office'), undefined, host);
  for (const host of [
    undefined,
    '',
    'evil.example',
    'evil.example:7001',
    'localhost.evil.example',
    '[x]:1',
    'a:b:c',
  ])
    assert.equal(wrongHost({ ...(host !== undefined && { host }) }, 'office')?.status, 421, host);
});

const OURS = { host: 'localhost:7001', 'content-type': 'application/json' };

test('wrongSource takes orders from our own page, and from programs that are no browser', () => {
  for (const more of [
    {},
    { origin: 'http://localhost:7001', 'sec-fetch-site': 'same-origin' },
    { 'content-type': 'Application/JSON; charset=utf-8' },
  ])
    assert.equal(wrongSource({ ...OURS, ...more }), undefined);
});

test('wrongSource takes none from other pages, nor what a form can send', () => {
  for (const more of [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:7002' },
    { origin: 'https://localhost:7001' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])
    assert.equal(wrongSource({ ...OURS, ...more })?.status, 403);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])
    assert.equal(wrongSource({ ...OURS, 'content-type': type })?.status, 415, type);
});
