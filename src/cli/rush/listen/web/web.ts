/**
 * The page of an office, and what it asks for.
 *
 *     GET  /         the page
 *     GET  /events   what happens, as it happens: events.ts
 *     POST /orders   an order as JSON; the reply is that of the sockets: answers.ts
 *
 * An order takes the same way as those over sockets, by the same counter, so the books know no difference. A body is
 * bounded, and so are requests in time and in number; all there is to read is public.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isUtf8 } from 'node:buffer';
import type { AddressInfo } from 'node:net';
import { DuodaoError } from '../../../../base/index.ts';
import { systemCode } from '../../../usage-error.ts';
import { type Mistake, type Reply, trouble } from '../answers.ts';
import type { Counter } from '../counter.ts';
import { type Place, textOfPlace } from '../places.ts';
import { orderIn } from '../request.ts';
import type { OfficeView } from '../show.ts';
import { Events } from './events.ts';
import { type Refusal, wrongHost, wrongSource } from './guard.ts';
import { PAGE, PAGE_POLICY } from './page.ts';

export interface Web {
  /** Where it listens, with the port that the system has chosen. */
  readonly place: Place;
  tellNews(): void;
  /** Says its last words, and ends. To be called when the counter has said its own. */
  close(): Promise<void>;
}

/** No order is longer; see request.ts. */
const BODY_BYTES = 8 * 1024;
const DISCARDED_BYTES = 1024 * 1024;
/** Pages that are told of news at once. */
const PAGES_MOST = 500;
const CONNECTIONS_MOST = 2000;
const REQUEST_MS = 10_000;
/** What is still being said when it closes has so long. */
const PARTING_MS = 500;
const STATUS: Readonly<Record<Mistake, number>> = { malformed: 400, 'other-order': 409, closing: 503 };

/** Opens the page. @throws DuodaoError `in-use` or `unsupported` when that place cannot be had. */
export async function openWeb(place: Place, counter: Counter, view: OfficeView): Promise<Web> {
  const events = new Events(counter.books, () => ({
    buyers: view.buyers,
    sold: counter.books.sold,
    refused: counter.books.refused,
    perSecond: view.perSecond(),
    killed: counter.kills,
  }));
  const desk = new Desk(counter, events, place.host);
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      desk.serve(request, response).catch(() => response.destroy()); // it was cut off while it spoke
    },
  );
  server.maxConnections = CONNECTIONS_MOST;
  await listenAt(server, place);
  const { address: host, port } = server.address() as AddressInfo;
  return {
    place: { host, port },
    tellNews: () => events.tellNews(),
    close: () => closed(server, events),
  };
}

class Desk {
  readonly #counter: Counter;
  readonly #events: Events;
  readonly #host: string;

  constructor(counter: Counter, events: Events, host: string) {
    this.#counter = counter;
    this.#events = events;
    this.#host = host;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const foreign = wrongHost(request.headers, this.#host);
    if (foreign) return refuse(response, foreign);
    const [pathname = ''] = (request.url ?? '').split('?');
    const route = `${request.method} ${pathname}`;
    if (route === 'GET /') return sayPage(response);
    if (route === 'GET /events') return this.#open(response);
    if (route === 'POST /orders') return await this.#order(request, response);
    const methods: Readonly<Record<string, string>> = { '/': 'GET', '/events': 'GET', '/orders': 'POST' };
    const allow = Object.hasOwn(methods, pathname) ? methods[pathname] : undefined;
    if (allow === undefined) return refuse(response, { status: 404, message: 'there is no such page' });
    response.setHeader('allow', allow);
    return refuse(response, { status: 405, message: `this can only be asked by ${allow}` });
  }

  #open(response: ServerResponse): void {
    if (this.#events.pages < PAGES_MOST) this.#events.add(response);
    else refuse(response, { status: 503, message: 'too many pages are open: close one' });
  }

  async #order(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const foreign = wrongSource(request.headers);
    if (foreign) return refuse(response, foreign);
    const body = await bodyOf(request);
    if (!body) return refuse(response, { status: 413, message: `an order has ${BODY_BYTES} bytes at most` });
    const value = jsonIn(body);
    if (value === undefined) return refuse(response, { status: 400, message: 'the order is not JSON' });
    const order = orderIn(value);
    const reply: Reply = 'status' in order ? order : await this.#counter.order(order);
    say(response, reply.status === 'error' ? STATUS[reply.reason] : 200, reply);
  }
}

/** The whole body; undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  // What is too long is read all the same, up to a point: who is still sending does not hear what it is told.
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > DISCARDED_BYTES) return undefined;
    if (bytes <= BODY_BYTES) pieces.push(piece);
  }
  return bytes > BODY_BYTES ? undefined : Buffer.concat(pieces);
}

function jsonIn(body: Buffer): unknown {
  try {
    return isUtf8(body) ? (JSON.parse(body.toString()) as unknown) : undefined;
  } catch {
    return undefined; // said by the caller
  }
}

function sayPage(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': PAGE_POLICY,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(PAGE);
}

function refuse(response: ServerResponse, { status, message }: Refusal): void {
  // What is left of a body that nobody wants is not read.
  response.setHeader('connection', 'close');
  say(response, status, trouble('malformed', message));
}

function say(response: ServerResponse, status: number, reply: Reply): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${JSON.stringify(reply)}\n`);
}

function listenAt(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const errno = systemCode(cause);
      const code = errno === 'EADDRINUSE' ? 'in-use' : 'unsupported';
      const message = `Cannot show the page at ${textOfPlace(place)} as the system says ${errno}`;
      reject(new DuodaoError(code, message, { ...place, errno }, { cause }));
    });
    server.listen({ ...place }, resolve);
  });
}

async function closed(server: Server, events: Events): Promise<void> {
  if (!server.listening) return;
  const done = new Promise((resolve) => server.close(resolve));
  events.close();
  server.closeIdleConnections();
  const impatient = setTimeout(() => server.closeAllConnections(), PARTING_MS);
  await done;
  clearTimeout(impatient);
}
