/**
 * Our servers for net.bench.ts.
 *
 * Usage: ours.ts tcp | framed | sink [workers]; prints its port, and serves until its input ends. They send back
 * what they get; `sink` takes long messages and answers each with one byte. With `workers` they are processes.
 */
import { once } from 'node:events';
import { isMain } from '../../src/index.ts';
import { lengthPrefixed, type SocketConnection, TcpServer } from '../../src/net/index.ts';

type Bytes = SocketConnection<Buffer, [Buffer]>;

export async function echo(connection: Bytes): Promise<void> {
  for await (const message of connection) await connection.send(message);
}

export async function swallow(connection: Bytes): Promise<void> {
  for await (const message of connection) await connection.send(message.subarray(0, 1));
}

if (isMain(import.meta)) {
  const [kind, workers] = process.argv.slice(2);
  const where = workers ? ({ concurrency: 'processes', workers: Number(workers) } as const) : {};
  const framing = lengthPrefixed();
  const make = {
    tcp: () => new TcpServer({ handler: echo, ...where }),
    framed: () => new TcpServer({ handler: echo, framing, ...where }),
    sink: () => new TcpServer({ handler: swallow, framing, maxMessageBytes: 2 ** 26, ...where }),
  };
  const server = make[kind as keyof typeof make]();
  await server.listen();
  console.log('port' in server.address ? server.address.port : '');
  await once(process.stdin.resume(), 'end');
  await server.close();
}
