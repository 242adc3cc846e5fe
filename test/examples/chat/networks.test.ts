/** Where questions for everybody go. */
import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { everybodyOn, isOwn } from '../../../examples/chat/networks.ts';

const REST = { family: 'IPv4', internal: false, mac: '', cidr: null } as const;

function interfaceOf(address: string, netmask: string): NetworkInterfaceInfo {
  return { ...REST, address, netmask };
}

const LOOPBACK = { ...interfaceOf('127.0.0.1', '255.0.0.0'), internal: true };

test('A machine with loopback only asks itself', () => {
  assert.deepEqual(everybodyOn({ lo: [LOOPBACK] }), ['127.255.255.255', '127.0.0.1']);
  assert.deepEqual(everybodyOn({}), ['127.255.255.255', '127.0.0.1']);
});

test('A machine on networks asks everybody on each of them, once', () => {
  const interfaces = {
    lo: [LOOPBACK],
    eth0: [
      interfaceOf('192.168.1.7', '255.255.255.0'),
      interfaceOf('192.168.1.8', '255.255.255.0'),
      { ...REST, address: 'fe80::1', netmask: 'ffff:ffff:ffff:ffff::', family: 'IPv6', scopeid: 2 } as const,
    ],
    wlan0: [interfaceOf('10.1.130.9', '255.255.192.0')],
    gone: undefined,
  };
  assert.deepEqual(everybodyOn(interfaces).slice(2), ['255.255.255.255', '192.168.1.255', '10.1.191.255']);
});

test('A machine knows its own addresses', () => {
  const interfaces = { lo: [LOOPBACK], eth0: [interfaceOf('192.168.1.7', '255.255.255.0')] };
  for (const host of ['127.0.0.1', '127.4.5.6', '192.168.1.7']) assert.ok(isOwn(host, interfaces));
  assert.ok(!isOwn('192.168.1.8', interfaces));
});
