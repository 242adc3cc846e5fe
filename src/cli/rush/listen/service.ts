/**
 * Serves the buyers that come over sockets. Messages have a header (`dictHeader()` of duodao/net):
 *
 *     {"id":1,"buyer":"Wang Wei","train":"G1","class":"second","seats":2}   ─▶   see answers.ts
 *     {"ask":"stock"}   ─▶   {"ask":"stock","trains":24}, and in the body the stock file, with `left` beside `seats`
 *
 * A buyer may ask many things at once. Replies come in the order of the questions, so that they need no numbers.
 *
 * What is no order gets an error, and the connection stays. What is no message gets an error as well, but then the
 * connection ends: nobody knows where the next message would begin.
 *
 * @module
 */
import { DuodaoError } from '../../../base/index.ts';
import type { DictMessage, HandlerFunction, SocketConnection } from '../../../net/index.ts';
import { quoted } from '../../usage-error.ts';
import { trouble } from './answers.ts';
import type { Books } from './books.ts';
import type { Counter } from './counter.ts';
import { orderIn } from './request.ts';

type Header = Readonly<Record<string, unknown>>;
/** What is sent: a header, and perhaps a body. */
export type Sent = readonly [header: Header, body?: string];
export type BuyerConnection = SocketConnection<DictMessage, [header: Header, body?: string]>;

/** What a buyer may have asked before the first is answered. Then it is not read any further. */
const ASKED_MOST = 64;

/** The handler of a server of connections. */
export function serviceAt(counter: Counter): HandlerFunction<BuyerConnection> {
  return async (connection) => {
    const line = new Line(connection);
    try {
      for await (const { header } of connection) await line.add(replyTo(counter, header));
    } catch (error) {
      if (!(error instanceof DuodaoError) || !isNoMessage(error)) throw error;
      await line.add(Promise.resolve([{ ...trouble('malformed', error.message) }]));
    }
    await line.empty();
  };
}

async function replyTo(counter: Counter, header: Header): Promise<Sent> {
  if (Object.hasOwn(header, 'ask')) return asked(counter.books, header['ask']);
  const order = orderIn(header);
  return [{ ...('status' in order ? order : await counter.order(order)) }];
}

function asked(books: Books, what: unknown): Sent {
  if (what !== 'stock') return [{ ...trouble('malformed', `ask must be "stock": it is ${quoted(what)}`) }];
  const trains = stockOf(books);
  return [{ ask: what, trains: trains.length }, JSON.stringify(trains)];
}

interface StockLeft {
  readonly seats: number;
  readonly price: number;
  readonly left: number;
}

/** The stock as in its file, and what is left of it. */
export function stockOf(books: Books): { train: string; classes: Record<string, StockLeft> }[] {
  const trains = new Map<string, [string, StockLeft][]>();
  for (const { train, class: name, ...rest } of books.shelves()) {
    const classes = trains.get(train) ?? [];
    classes.push([name, rest]);
    trains.set(train, classes);
  }
  // fromEntries, as a class may have the name __proto__.
  return [...trains].map(([train, classes]) => ({ train, classes: Object.fromEntries(classes) }));
}

function isNoMessage({ code }: DuodaoError): boolean {
  return code === 'protocol' || code === 'over-limit';
}

/** Replies on their way to one buyer, in the order of the questions. */
class Line {
  readonly #connection: BuyerConnection;
  readonly #sent: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(connection: BuyerConnection) {
    this.#connection = connection;
  }

  /** Sends this when it is there, after those before it. Resolves when there is room for one more. */
  async add(reply: Promise<Sent>): Promise<void> {
    const before = this.#last;
    const sent = reply.then(async (message) => {
      await before;
      await this.#connection.send(...(message as [Header, string?]));
    });
    sent.catch(() => undefined); // told by add() or empty()
    this.#last = sent;
    this.#sent.push(sent);
    if (this.#sent.length >= ASKED_MOST) await this.#sent.shift();
  }

  async empty(): Promise<void> {
    await this.#last;
  }
}
