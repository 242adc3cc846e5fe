/** What users' code must and must not compile to when it uses queues. How type tests work: base.ts. */
import { type Lease, Queue, type QueueOptions } from '../../src/index.ts';
import { same } from './same.ts';

interface Order {
  readonly id: number;
}

const orders = new Queue<Order>({ capacity: 100, bytes: 4096, name: 'orders' });
same<Queue<Order>['capacity'], number>(true);

const anything = new Queue();
same<typeof anything extends Queue<infer T> ? T : never, unknown>(true);
anything.tryPut('anything');

// @ts-expect-error: a capacity is a number
new Queue({ capacity: '5' });
// @ts-expect-error: there is no such option
new Queue({ maxsize: 5 });
// @ts-expect-error: the name is given apart
Queue.named('orders', { name: 'orders' });
// @ts-expect-error: a queue is found by its name
Queue.named({ capacity: 5 });

const named = Queue.named<Order>('orders', { capacity: 5, bytes: 100 });
same<typeof named, Queue<Order>>(true);
same<Omit<QueueOptions, 'name'>, NonNullable<Parameters<typeof Queue.named>[1]>>(true);

export async function moves(signal: AbortSignal): Promise<void> {
  await orders.put({ id: 1 }, { timeoutMs: 5, signal });
  orders.putSync({ id: 1 }, { timeoutMs: 5 });
  same<ReturnType<typeof orders.tryPut>, boolean>(true);
  // @ts-expect-error: that is no order
  await orders.put({ id: '1' });
  // @ts-expect-error: something must be put
  await orders.put();
  // @ts-expect-error: a thread that blocks cannot see a signal
  orders.putSync({ id: 1 }, { signal });
  // @ts-expect-error: who only tries does not wait
  orders.tryPut({ id: 1 }, { timeoutMs: 5 });

  const order = await orders.get({ timeoutMs: 5, signal });
  same<typeof order, Order>(true);
  same<ReturnType<typeof orders.getSync>, Order>(true);
  const got = orders.tryGet();
  // @ts-expect-error: there may have been none
  got.item;
  if (got) same<typeof got.item, Order>(true);

  const lease = await orders.lease();
  same<typeof lease, Lease<Order>>(true);
  same<ReturnType<typeof orders.tryLease>, Lease<Order> | undefined>(true);
  same<ReturnType<typeof orders.leaseSync>, Lease<Order>>(true);
  const { item, redelivered, deliveries } = lease;
  same<typeof item, Order>(true);
  same<typeof redelivered, boolean>(true);
  same<typeof deliveries, number>(true);
  lease.done();
  lease.giveBack();
  lease[Symbol.dispose]();
  // @ts-expect-error: how often is not for us to say
  lease.deliveries = 1;

  for await (const one of orders) same<typeof one, Order>(true);
  // @ts-expect-error: iterating waits
  for (const one of orders) void one;
}

orders.close();
// @ts-expect-error: what is in it changes by putting and taking only
orders.size = 0;
// @ts-expect-error: it was made with its capacity
orders.capacity = 5;
// @ts-expect-error: a queue of orders takes no other items
const texts: Queue<string> = orders;
void texts;
