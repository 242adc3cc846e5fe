/**
 * Servers whose handlers run in threads and in processes: the same promises for both. All serve, what keeps one from
 * starting is told, they are replaced with no connection refused, and all of them end.
 */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { connect, lines, TcpServer, UnixServer } from '../../../src/net/index.ts';
import { broken, BrokenHandler } from '../../fixtures/net/broken.ts';
import { nobody, spins, stuck, swallow, who } from '../../fixtures/net/handlers.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { assertNoLeaks, holdings } from '../../harness/leaks.ts';
import { dial } from '../../harness/peer.ts';
import { hasEnded, lifeOf, until } from '../../harness/tree.ts';

const KINDS = ['threads', 'processes'] as const;
/** While workers are replaced, at least. */
const CONNECTIONS = Number(process.env['DUODAO_CONNECTIONS'] ?? 1000);
const TCP = { handler: who, framing: lines, workers: 2, handleError: swallow };

type Lines = Awaited<ReturnType<typeof dialLines>>;
const dialLines = (server: { readonly address: { host: string; port: number } | { path: string } }) =>
  connect(server.address, { framing: lines });

/** Asks who serves a connection: a process and a thread. */
async function ask(client: Lines): Promise<string> {
  await client.send('who');
  return (await client.receive({ timeoutMs: 20_000 })).replace('who ', '');
}

/** One that answers no sooner was not let run by the machine. The others of its server go ahead after 5 ms. */
const STALL_MS = 15;

/**
 * Has many connect at once to a new server of two workers. Returns how many each has, and the longest time one took
 * meanwhile to answer somebody who was connected before.
 */
async function burst(concurrency: (typeof KINDS)[number]): Promise<{ counts: number[]; longestMs: number }> {
  const server = await new TcpServer({ ...TCP, concurrency }).listen();
  const all: Lines[] = [];
  const dialed = async (): Promise<Lines> => {
    const client = await dialLines(server);
    all.push(client);
    return client;
  };
  const over = new AbortController();
  try {
    // One at each worker, and as many as it takes to come to each.
    const met = new Map<string, Lines>();
    while (met.size < 2) {
      const client = await dialed();
      const name = await ask(client);
      if (met.has(name)) client.close();
      else met.set(name, client);
    }
    // An answer may be here before its worker has counted it.
    const isCounted = (): boolean => server.stats().messagesOut === server.stats().messagesIn;
    await until('two are left, and all is counted', () => server.stats().active === 2 && isCounted());
    const start = server.stats();
    let [longestMs, pings] = [0, 0];
    const pinging = [...met.values()].map(async (client) => {
      while (!over.signal.aborted) {
        const since = performance.now();
        await ask(client);
        longestMs = Math.max(longestMs, performance.now() - since);
        pings++;
      }
    });
    const clients = await Promise.all(Array.from({ length: 40 }, dialed));
    const names = await Promise.all(clients.map(ask));
    over.abort();
    await Promise.all(pinging);
    assert.equal(new Set(names).size, 2, 'both have some');
    await until('all is counted', isCounted);
    const { accepted, messagesIn, messagesOut, active, workers } = server.stats();
    assert.deepEqual(
      [accepted - start.accepted, messagesIn - start.messagesIn, messagesOut - start.messagesOut],
      [40, 40 + pings, 40 + pings],
    );
    assert.deepEqual([active, workers.length], [42, 2]);
    const counts = workers.map((worker) => worker.active - 1);
    assert.equal(counts[0]! + counts[1]!, 40);
    assert.ok(workers.every(({ pid }) => pid > 0));
    return { counts, longestMs };
  } finally {
    over.abort();
    for (const client of all) client.close();
    await server.close();
    assert.equal(server.stats().active, 0, 'all are gone');
  }
}

for (const concurrency of KINDS) {
  const server = new TcpServer({ ...TCP, concurrency });
  before(() => server.listen());
  after(() => server.close());
  /** Since then. */
  let start = server.stats();
  const begin = (): void => void (start = server.stats());
  const since = (
    count: 'accepted' | 'messagesIn' | 'messagesOut' | 'failed' | 'broken' | 'replaced',
  ): number => server.stats()[count] - start[count];

  test(`All connections to ${concurrency} are served, by each of them, and all is counted`, async () => {
    for (let times = 1; ; times++) {
      const { counts, longestMs } = await burst(concurrency);
      if (counts.every((count) => count >= 10)) break;
      // A worker that the machine does not let run can have no share: that says nothing of how they share.
      assert.ok(
        longestMs > STALL_MS && times < 5,
        `${counts.join(' and ')}, and answers within ${longestMs} ms`,
      );
    }
  });

  test(`A handler in ${concurrency} that fails is told, and that worker goes on`, async () => {
    begin();
    for (let round = 1; round <= 6; round++) {
      const peer = await dial(server.address);
      peer.write('fail\n');
      assert.match(await peer.gone, /ended|reset/);
      await peer.close();
    }
    const client = await dialLines(server);
    await ask(client);
    await until('all are counted', () => since('failed') === 6);
    assert.deepEqual([since('replaced'), server.stats().workers.length], [0, 2]);
    client.close();
  });

  test(`Among ${concurrency} each is replaced with no connection refused, also when two ask for it`, async () => {
    begin();
    const round = { isOver: false };
    let served = 0;
    const client = async (): Promise<void> => {
      while (!round.isOver || served < CONNECTIONS) {
        const connection = await dialLines(server);
        await ask(connection);
        connection.close();
        served++;
      }
    };
    const clients = Promise.all(Array.from({ length: 8 }, client));
    const names = new Set(server.stats().workers.map(({ pid, thread }) => `${pid} ${thread}`));
    await Promise.all([server.replaceWorkers(), server.replaceWorkers({ drainMs: 500 })]);
    round.isOver = true;
    await clients;
    const { workers } = server.stats();
    assert.equal(workers.length, 2);
    assert.ok(workers.every(({ pid, thread }) => !names.has(`${pid} ${thread}`)));
    assert.deepEqual(
      [since('accepted'), since('failed'), since('broken'), since('replaced')],
      [served, 0, 0, 0],
    );
    await until('all are gone', () => server.stats().active === 0);
  });

  test(`A message that has begun is heard and answered though its worker among ${concurrency} is to go`, async () => {
    begin();
    const { bytesIn } = server.stats();
    const peer = await dial(server.address);
    peer.write('half of');
    await until('that is there', () => server.stats().bytesIn === bytesIn + 7);
    const replacing = server.replaceWorkers();
    const names = server.stats().workers.map(({ pid, thread }) => `${pid} ${thread}`);
    const busy = server.stats().workers.findIndex(({ active }) => active === 1);
    await until('its worker is to go', () => {
      const now = server.stats().workers.map(({ pid, thread }) => `${pid} ${thread}`);
      return now.length === 3 && (busy === 0 || !now.includes(names[0]!));
    });
    peer.write(' a line\n');
    assert.equal(await peer.gone, 'ended');
    assert.equal(peer.heard().toString(), `half of a line ${names[busy]}\n`);
    await peer.close();
    await replacing;
  });

  test(`Exactly maxConnections are served at once by all ${concurrency} together, at a path as well`, async () => {
    const path = `@duodao-${process.pid}-${concurrency}`;
    const unix = await new UnixServer({ ...TCP, concurrency, path, maxConnections: 5 }).listen();
    const clients: Lines[] = [];
    const served: boolean[] = [];
    for (let number = 1; number <= 12; number++) {
      const client = await dialLines(unix);
      const isServed = ask(client).then(
        () => true,
        () => false,
      );
      served.push(await isServed);
      clients.push(client);
    }
    assert.deepEqual(served, [...Array(5).fill(true), ...Array(7).fill(false)]);
    assert.deepEqual([unix.stats().active, unix.stats().refused], [5, 7]);
    clients[0]!.close();
    await until('there is room', () => unix.stats().active === 4);
    const late = await dialLines(unix);
    await ask(late);
    for (const client of [...clients, late]) client.close();
    await unix.close();
  });

  test(`A verifyRequest in ${concurrency} is asked there`, async () => {
    const strict = await new TcpServer({ ...TCP, concurrency, workers: 1, verifyRequest: nobody }).listen();
    const peer = await dial(strict.address);
    assert.match(await peer.gone, /ended|reset/);
    assert.equal(strict.stats().unverified, 1);
    await peer.close();
    await strict.close();
  });

  test(`What keeps ${concurrency} from beginning is told by listen(), and nothing is left`, async () => {
    const before = holdings();
    const options = { concurrency, workers: 2 };
    const failing =
      concurrency === 'threads'
        ? new TcpServer({ ...options, handler: broken })
        : new TcpServer({ ...options, handler: BrokenHandler });
    await assert.rejects(failing.listen(), /not for workers/);
    assert.throws(() => failing.address, { code: 'closed' });
    await assert.rejects(failing.listen(), /not for workers/, 'it can be tried again');
    await failing.close();
    const closure = new TcpServer({ ...TCP, concurrency, handler: () => undefined });
    await assert.rejects(closure.listen(), /nobody could import/);
    await closure.close();
    await assertNoLeaks(before);
  });

  for (const [does, handler] of [
    ['never returns', stuck],
    ['never lets go of its thread', spins],
  ] as const) {
    test(`A server closes though a handler in ${concurrency} ${does}`, async () => {
      const stubborn = await new TcpServer({ ...TCP, concurrency, workers: 1, handler }).listen();
      const peer = await dial(stubborn.address);
      await until('it is handled', () => stubborn.stats().active === 1);
      const life = lifeOf(stubborn.stats().workers[0]!.pid);
      await stubborn.close({ drainMs: 50 });
      assert.match(await peer.gone, /ended|reset/);
      if (concurrency === 'processes') assert.ok(hasEnded(life));
      await peer.close();
    });
  }
}

// Here, as what was opened last is looked at last.
endsClean({ killsThreads: true });
