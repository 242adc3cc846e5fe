/**
 * Our servers for net.bench.ts, of the package as it is built: a loader of sources costs at every error's stack.
 *
 * Usage: ours.js tcp | framed | sink | udp [workers]; prints its port, and serves until its input ends. They send back
 * what they get; `sink` takes long messages and answers each with one byte. With `workers` they are processes.
 */
import { once } from 'node:events';
import { isMain } from '../../dist/index.js';

export async function echo(connection) {
  for await (const message of connection) await connection.send(message);
}

export async function swallow(connection) {
  for await (const message of connection) await connection.send(message.subarray(0, 1));
}

export async function echoDatagram(request) {
  await request.reply(request.data);
}

if (isMain(import.meta)) {
  const net = await import('../../dist/net/index.js'); // workers need only what is above
  const [kind, workers] = process.argv.slice(2);
  const where = workers ? { concurrency: 'processes', workers: Number(workers) } : {};
  const framing = net.lengthPrefixed();
  const make = {
    tcp: () => new net.TcpServer({ handler: echo, ...where }),
    framed: () => new net.TcpServer({ handler: echo, framing, ...where }),
    sink: () => new net.TcpServer({ handler: swallow, framing, maxMessageBytes: 2 ** 26, ...where }),
    udp: () => new net.UdpServer({ handler: echoDatagram, ...where }),
  };
  const server = make[kind]();
  await server.listen();
  console.log(server.address.port);
  await once(process.stdin.resume(), 'end');
  await server.close();
}
