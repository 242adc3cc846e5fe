/** A buyer: what it does when the office answers, breaks off, lies, closes, or is not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Buyer } from '../../../../../src/cli/rush/buyers/buyer.ts';
import { OrderPool } from '../../../../../src/cli/rush/buyers/pool.ts';
import { Tally } from '../../../../../src/cli/rush/buyers/tally.ts';
import {
  dictHeader,
  type DictHeader,
  type DictMessage,
  type SocketConnection,
  TcpServer,
} from '../../../../../src/net/index.ts';
import { endsClean } from '../../../../harness/clean-end.ts';
import { order } from '../listen/counter-jobs.ts';

endsClean();

type Connection = SocketConnection<DictMessage, [header: DictHeader]>;

/** An office that answers as the test says; undefined breaks the connection off. */
async function withOffice(
  answer: (header: DictHeader, count: number) => DictHeader | undefined,
  use: (make: () => Buyer, pool: OrderPool, tally: Tally) => Promise<void>,
): Promise<void> {
  let count = 0;
  const handler = async (connection: Connection): Promise<void> => {
    for await (const { header } of connection) {
      const reply = answer(header, ++count);
      if (!reply) return;
      await connection.send(reply);
    }
  };
  const server = await new TcpServer({ handler, framing: dictHeader() }).listen();
  const pool = new OrderPool(Array.from({ length: 20 }, (_, id) => order(id)));
  const tally = new Tally();
  try {
    await use(() => new Buyer(server.address, pool, tally), pool, tally);
  } finally {
    await server.close();
  }
}

const sell = ({ id }: DictHeader): DictHeader => ({ id, status: 'sold', left: 1 });

test('A buyer places all orders', () =>
  withOffice(sell, async (make, pool, tally) => {
    const buyer = make();
    assert.equal(await buyer.come(), true);
    assert.equal(buyer.isConnected, true);
    await buyer.buy();
    assert.deepEqual([pool.done, tally.sold, tally.seats, tally.broken], [20, 20, 20, 0]);
  }));

test('A buyer whose connection breaks comes again, and asks the same orders again', () => {
  const asked: unknown[] = [];
  const answer = (header: DictHeader, count: number): DictHeader | undefined => {
    asked.push(header['id']);
    return count === 3 || count === 9 ? undefined : sell(header);
  };
  return withOffice(answer, async (make, pool, tally) => {
    await make().buy();
    assert.deepEqual([pool.done, tally.sold, tally.broken], [20, 20, 2]);
    assert.ok(pool.askedAgain >= 2 && pool.askedAgain <= 8);
    assert.deepEqual(new Set(asked).size, 20);
  });
});

test('Buyers take what another one has left when it gave up', () =>
  withOffice(sell, async (make, pool, tally) => {
    const stays = make();
    await stays.come();
    const left = Array.from({ length: 20 }, () => pool.take()!);
    const staying = stays.buy();
    pool.giveBack(left);
    await staying;
    assert.deepEqual([tally.sold, pool.askedAgain], [20, 20]);
  }));

test('A buyer counts refusals and errors, and does not ask those again', () => {
  const answer = ({ id }: DictHeader): DictHeader =>
    Number(id) % 2
      ? { id, status: 'refused', reason: 'sold-out', left: 0 }
      : { status: 'error', reason: 'other-order', message: 'not yours' };
  return withOffice(answer, async (make, pool, tally) => {
    await make().buy();
    assert.deepEqual([pool.done, tally.refused, tally.failed, tally.sold], [20, 10, 10, 0]);
  });
});

test('A buyer stops when the office closes, and the order is not answered', () => {
  const answer = (header: DictHeader, count: number): DictHeader =>
    count > 5 ? { id: header['id'], status: 'error', reason: 'closing', message: 'closing' } : sell(header);
  return withOffice(answer, async (make, pool, tally) => {
    await make().buy();
    assert.deepEqual([pool.done, tally.sold, tally.failed, pool.isOver], [5, 5, 0, true]);
  });
});

test('A buyer believes no answer to what it did not ask', () =>
  withOffice(
    () => ({ id: 'other', status: 'sold', left: 1 }),
    async (make, pool, tally) => {
      await make().buy();
      assert.deepEqual([pool.done, tally.sold, tally.broken], [0, 0, 6]);
    },
  ));

test('A buyer gives up when nobody is there, and says why', async () => {
  const server = await new TcpServer({ handler: () => undefined }).listen();
  const { address } = server;
  await server.close();
  const pool = new OrderPool([order(1)]);
  const buyer = new Buyer(address, pool, new Tally());
  assert.equal(await buyer.come(), false);
  await buyer.buy();
  assert.match(String(buyer.lastFailure), /nobody listens there/);
  assert.equal(pool.done, 0);
});
