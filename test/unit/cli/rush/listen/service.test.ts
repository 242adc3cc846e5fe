/** Buyers over sockets: what they ask, what they are told, and what becomes of nonsense. */
import assert from 'node:assert/strict';
import { connect as connectPlain } from 'node:net';
import { test } from 'node:test';
import { serviceAt, stockOf } from '../../../../../src/cli/rush/listen/service.ts';
import type { Counter } from '../../../../../src/cli/rush/listen/counter.ts';
import {
  connect,
  dictHeader,
  type DictHeader,
  type DictMessage,
  type HostAddress,
  type SocketConnection,
  TcpServer,
} from '../../../../../src/net/index.ts';
import { endsClean } from '../../../../harness/clean-end.ts';
import { until } from '../../../../harness/tree.ts';
import { order, withCounter } from './counter-jobs.ts';

endsClean();

type Buyer = SocketConnection<DictMessage, [header: DictHeader, body?: string]>;

/** A counter behind a server, and a way to connect. */
function withOffice(
  use: (connectOne: () => Promise<Buyer>, address: HostAddress, counter: Counter) => Promise<void>,
): Promise<void> {
  return withCounter({}, async ({ counter }) => {
    const server = new TcpServer({
      handler: serviceAt(counter),
      framing: dictHeader(),
      maxHeaderBytes: 8192,
    });
    await server.listen();
    const open: Buyer[] = [];
    try {
      const connectOne = async (): Promise<Buyer> => {
        const made: Buyer = await connect(server.address, { framing: dictHeader });
        open.push(made);
        return made;
      };
      await use(connectOne, server.address, counter);
      assert.equal(server.stats().failed, 0);
    } finally {
      for (const one of open) one.close();
      await server.close();
    }
  });
}

async function ask(buyer: Buyer, header: DictHeader): Promise<DictHeader> {
  await buyer.send(header);
  const { file_size: _, ...reply } = (await buyer.receive()).header;
  return reply;
}

test('A buyer is told what became of an order, and of the same one over another connection', () =>
  withOffice(async (connectOne) => {
    const [one, other] = [await connectOne(), await connectOne()];
    const sold = { id: 7, status: 'sold', left: 2 };
    assert.deepEqual(await ask(one, { ...order(7, { seats: 3 }) }), sold);
    assert.deepEqual(await ask(other, { ...order(8, { seats: 3 }) }), {
      id: 8,
      status: 'refused',
      reason: 'sold-out',
      left: 2,
    });
    assert.deepEqual(await ask(other, { ...order(7, { seats: 3 }) }), sold);
  }));

test('A buyer hears in the order of the questions, however many there are at once', () =>
  withOffice(async (connectOne) => {
    const buyer = await connectOne();
    const asked = Array.from({ length: 300 }, (_, id) => id);
    const sent = asked.map((id) =>
      buyer.send(id % 10 === 9 ? { ask: 'stock' } : { ...order(id, { train: 'G2' }) }),
    );
    const heard = [];
    for (const id of asked) {
      const { header } = await buyer.receive();
      heard.push(header['ask'] === 'stock' ? id : header['id']);
    }
    await Promise.all(sent);
    assert.deepEqual(heard, asked);
  }));

test('A buyer that asks for the stock gets it as in its file, with what is left', () =>
  withOffice(async (connectOne, _address, counter) => {
    const buyer = await connectOne();
    await ask(buyer, { ...order(1, { seats: 2 }) });
    await buyer.send({ ask: 'stock' });
    const { header, body } = await buyer.receive();
    const trains = JSON.parse(body.toString()) as unknown;
    assert.deepEqual([header['ask'], header['trains'], header['file_size']], ['stock', 2, body.length]);
    assert.deepEqual(trains, stockOf(counter.books));
    assert.deepEqual((trains as object[])[0], {
      train: 'G1',
      classes: { first: { seats: 5, price: 900, left: 3 }, second: { seats: 1000, price: 600, left: 1000 } },
    });
  }));

test('A buyer that asks what is no order is told why, and goes on', () =>
  withOffice(async (connectOne) => {
    const buyer = await connectOne();
    const wrong = await ask(buyer, { id: 3, train: 'G1' });
    assert.deepEqual([wrong['id'], wrong['status'], wrong['reason']], [3, 'error', 'malformed']);
    assert.match(String(wrong['message']), /^buyer must be a text: it is missing; class must be/);
    const unknown = await ask(buyer, { ask: 'weather' });
    assert.equal(unknown['message'], 'ask must be "stock": it is "weather"');
    assert.equal((await ask(buyer, {}))['status'], 'error');
    assert.equal((await ask(buyer, { ...order(3) }))['status'], 'sold');
  }));

for (const [what, bytes] of [
  ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a header that is no JSON', Buffer.from('\u0005\0\0\0{"id"')],
  ['a header that is too long', Buffer.from([0xff, 0xff, 0, 0])],
  ['a body that is too long', Buffer.from('\u0018\0\0\0{"file_size":1000000000}')],
] as const)
  test(`Somebody who sends ${what} is told so after the answers before it, and the connection ends`, () =>
    withOffice(async (connectOne, { host, port }) => {
      const socket = connectPlain({ host, port });
      let heard = '';
      socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
      const header = JSON.stringify(order(1));
      socket.write(Buffer.concat([Buffer.from([header.length, 0, 0, 0]), Buffer.from(header), bytes]));
      let hasEnded = false;
      socket.on('end', () => (hasEnded = true)).on('error', () => (hasEnded = true));
      await until('the connection has ended', () => hasEnded);
      socket.destroy();
      assert.match(heard, /"id":1,"status":"sold","left":4.*"status":"error","reason":"malformed"/s);
      assert.equal((await ask(await connectOne(), { ...order(2) }))['status'], 'sold');
    }));

test('A buyer that is gone before it hears has bought all the same, and is told when it asks again', () =>
  withOffice(async (connectOne, _address, counter) => {
    const buyer = await connectOne();
    await buyer.send({ ...order(1) });
    buyer.close();
    await until('it is sold', () => counter.books.sold === 1);
    assert.deepEqual(await ask(await connectOne(), { ...order(1) }), { id: 1, status: 'sold', left: 4 });
    assert.equal(counter.books.sold, 1);
  }));
