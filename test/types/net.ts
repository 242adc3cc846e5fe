/** What users' code must and must not compile to when it serves connections, and when it connects. */
import {
  type Address,
  connect,
  dictHeader,
  type DictHeader,
  DictMessage,
  type Framing,
  type Handler,
  type HandlerFunction,
  lengthPrefixed,
  lines,
  type MessageBody,
  pythonConnection,
  raw,
  RequestHandler,
  type ServerFace,
  type ServerStats,
  SocketConnection,
  TcpServer,
  UnixServer,
} from '../../src/net/index.ts';
import type { Connection } from '../../src/index.ts';
import { same } from './same.ts';

type Received<C extends { receive(): Promise<unknown> }> = Awaited<ReturnType<C['receive']>>;

// What is received and sent follows from the framing, given whole or as what makes it.
export async function connects(wait: { timeoutMs: number }): Promise<void> {
  const bytes = await connect('localhost:80');
  same<Received<typeof bytes>, Buffer>(true);
  await bytes.send('text', wait);
  await bytes.send(new Uint8Array(1));
  // @ts-expect-error: it is no message
  await bytes.send(5);

  const texts = await connect({ host: 'h', port: 1 }, { framing: lines() });
  same<Received<typeof texts>, string>(true);
  await texts.send('line', wait);
  // @ts-expect-error: lines are text
  await texts.send(Buffer.from('line'));
  // @ts-expect-error: one line at a time
  await texts.send('line', 'line');
  for await (const line of texts) same<typeof line, string>(true);

  const made = await connect({ path: '/a' }, { framing: lines });
  same<Received<typeof made>, string>(true);
  same<Received<Awaited<ReturnType<typeof prefixed>>>, Buffer>(true);

  const python = await connect('h:1', { framing: pythonConnection({ authKey: 'k' }) });
  same<Received<typeof python>, Buffer>(true);
  await python.send('text');

  const dict = await connect('h:1', { framing: dictHeader });
  const message = await dict.receive();
  same<typeof message, DictMessage>(true);
  same<typeof message.header, DictHeader>(true);
  same<typeof message.body, Buffer>(true);
  await dict.send(message);
  await dict.send(message, wait);
  await dict.send({ file_name: 'x' });
  await dict.send({ file_name: 'x' }, 'body', wait);
  await dict.send({}, { file: '/a' });
  await dict.send({}, new Blob([]), wait);
  await dict.send({ file_size: 3 }, stream());
  // @ts-expect-error: it needs a header
  await dict.send('body');
  // @ts-expect-error: a number is no body
  await dict.send({}, 5);
  // @ts-expect-error: a message has its own body
  await dict.send(message, 'body');
  const streamed = await dict.receive({ body: 'stream', timeoutMs: 1 });
  same<typeof streamed.body, MessageBody>(true);
  same<typeof streamed.header, DictHeader>(true);
  for await (const piece of streamed.body) same<typeof piece, Buffer>(true);
  // @ts-expect-error: no other way of receiving bodies
  await dict.receive({ body: 'whole' });
}

const prefixed = () => connect('h:1', { framing: lengthPrefixed({ bytes: 2 }) });
async function* stream(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(3);
}

// Connections of a network are connections, for whoever asks for no more than that.
export async function general(): Promise<void> {
  const texts: Connection<string> = await connect('h:1', { framing: lines });
  await texts.send('line', { timeoutMs: 1 });
  const bytes: Connection<Buffer> = await prefixed();
  await bytes.send(Buffer.from('x'));
  // @ts-expect-error: it is for text
  const wrong: Connection<number> = await connect('h:1', { framing: lines });
  void wrong;
}

// @ts-expect-error: addresses have a host and a port, or a path
void connect({ host: 'h' });
// @ts-expect-error: no such option
void connect('h:1', { port: 1 });
// @ts-expect-error: a framing by name is for command lines
void connect('h:1', { framing: 'lines' });
// @ts-expect-error: it is made by connect() and servers
new SocketConnection();

// A framing of one's own.
const numbers: Framing<number, readonly [number: number]> = {
  name: 'numbers',
  decoder: () => ({ push() {}, next: () => 1, end() {}, heldBytes: 0, isInside: false }),
  encode: ([number]) => [Uint8Array.of(number)],
};
export async function own(): Promise<void> {
  const connection = await connect('h:1', { framing: numbers });
  same<Received<typeof connection>, number>(true);
  await connection.send(5, { timeoutMs: 1 });
  // @ts-expect-error: it is for numbers
  await connection.send('5');
}

// Handlers: what they are given follows from the framing as well.
new TcpServer({
  framing: lines,
  port: 80,
  handler: async (connection, clientAddress, server) => {
    same<Received<typeof connection>, string>(true);
    same<typeof clientAddress, Address>(true);
    same<typeof server, ServerFace>(true);
    await connection.send(await connection.receive());
  },
});
new TcpServer({ handler: (connection) => same<Received<typeof connection>, Buffer>(true) });
new UnixServer({ path: '/a', mode: 0o600, framing: dictHeader(), handler: (c) => c.send({}, 'x') });
new TcpServer({ framing: numbers, handler: async (c) => await c.send(await c.receive()) });

class Shout extends RequestHandler<SocketConnection<string, [string]>> {
  override async handle(): Promise<void> {
    for await (const line of this.request) await this.request.send(line.toUpperCase());
    same<typeof this.clientAddress, Address>(true);
    // @ts-expect-error: nobody sets this
    this.request = undefined;
  }
}
new TcpServer({ handler: Shout, framing: lines });
// @ts-expect-error: it is for text, and the server of bytes
new TcpServer({ handler: Shout });
// @ts-expect-error: and the server of headers
new TcpServer({ handler: Shout, framing: dictHeader });
class Raw extends RequestHandler {
  override handle(): void {
    same<Received<typeof this.request>, Buffer>(true);
  }
}
new TcpServer({ handler: Raw });
new TcpServer({ handler: Raw, framing: raw });
class Other {
  handle(): void {}
}
// @ts-expect-error: it is no class of handlers
new TcpServer({ handler: Other });
// @ts-expect-error: somebody must handle connections
new TcpServer({ port: 80 });

export const plain: HandlerFunction<SocketConnection<string, [string]>> = (connection) =>
  connection.receive();
export const either: Handler<SocketConnection<string, [string]>>[] = [plain, Shout];

const handler = (): void => {};
new TcpServer({ handler, concurrency: 'threads', workers: 2, backlog: 5, maxConnections: 1, noDelay: true });
new TcpServer({ handler, keepAlive: 5000, tls: { key: 'k', cert: 'c' }, authKey: 'k', legacyAuth: true });
new TcpServer({
  handler,
  verifyRequest: async (client) => 'port' in client,
  handleError: (error: unknown) => void error,
});
// @ts-expect-error: no such kind
new TcpServer({ handler, concurrency: 'fork' });
// @ts-expect-error: that is for a UnixServer
new TcpServer({ handler, path: '/a' });
// @ts-expect-error: that is for a TcpServer
new UnixServer({ handler, path: '/a', port: 1 });
// @ts-expect-error: a UnixServer has a path
new UnixServer({ handler });
// @ts-expect-error: a number of bytes
new TcpServer({ handler, maxMessageBytes: '16 MiB' });
// @ts-expect-error: yes or no
new TcpServer({ handler, verifyRequest: () => 5 });
// @ts-expect-error: this is of TLS for clients
new TcpServer({ handler, tls: { servername: 'x' } });

export async function serves(): Promise<void> {
  const server = await new TcpServer({ handler }).listen();
  same<typeof server.address, { readonly host: string; readonly port: number }>(true);
  const { host, port } = server.address;
  same<[typeof host, typeof port], [string, number]>(true);
  same<ReturnType<typeof server.stats>, ServerStats>(true);
  await server.replaceWorkers({ drainMs: 1 });
  // @ts-expect-error: nobody sets this
  server.stats().accepted = 1;
  await server.close({ drainMs: 1 });
  // @ts-expect-error: no such option
  await server.close({ timeoutMs: 1 });
  const local = await new UnixServer({ handler, path: '/a' }).listen();
  same<typeof local.address.path, string>(true);
  // @ts-expect-error: it has no port
  void local.address.port;
}
