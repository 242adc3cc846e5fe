/**
 * Where to send a question that is for everybody on the local networks. Pure.
 *
 *     255.255.255.255     all of the network that the system chooses
 *     192.168.1.255       all of one network: its address with all bits of the host set
 *     127.255.255.255     this machine, for those who listen at any address; 127.0.0.1 for the others
 *
 * @module
 */
import type { NetworkInterfaceInfo } from 'node:os';

/** As `networkInterfaces()` of `node:os` tells them. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** The addresses to ask at, of a machine with these interfaces. */
export function everybodyOn(interfaces: Interfaces): string[] {
  const found = Object.values(interfaces)
    .flatMap((one) => one ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address, netmask }) => lastOf(address, netmask));
  const outside = found.length === 0 ? [] : ['255.255.255.255', ...found];
  return [...new Set(['127.255.255.255', '127.0.0.1', ...outside])];
}

/** Whether an address is one of this machine. */
export function isOwn(host: string, interfaces: Interfaces): boolean {
  const isNamed = Object.values(interfaces).some((one) => one?.some(({ address }) => address === host));
  return isNamed || host.startsWith('127.');
}

function lastOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number);
  return address
    .split('.')
    .map((part, index) => (Number(part) | ~mask[index]!) & 255)
    .join('.');
}
