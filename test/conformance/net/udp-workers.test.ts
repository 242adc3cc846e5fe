/**
 * A server of datagrams whose handlers run in threads or processes: all receive from one socket, one that is killed is
 * replaced, and replacing them loses nothing. How: workers that say who they are, and that can be held up.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import * as targets from '../../fixtures/net/datagrams.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { servedUdp, type UdpPeer, udpPeer } from '../../harness/datagrams.ts';
import { run } from '../../harness/programs.ts';
import { until } from '../../harness/tree.ts';

endsClean();

/** Asks, and gives what the worker says of itself: its process and thread. */
async function ask(peer: UdpPeer, text: string): Promise<string> {
  peer.send(text);
  const answers = await peer.hears(peer.heard.length + 1);
  return answers.at(-1)!.slice(text.length + 1);
}

/** A file that is not there yet, for whoever is held until it is. */
async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'duodao-'));
  try {
    await use(join(folder, 'file'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const concurrency of ['threads', 'processes'] as const) {
  const options = { concurrency, workers: 2, handler: targets.obey } as const;

  test(`Each of two ${concurrency} answers from the server's address, also while the other is held up`, async () => {
    await withFile(async (path) => {
      const stats = await servedUdp(options, async (server, peer) => {
        const from: number[] = [];
        peer.socket.on('message', (_data, { port }) => from.push(port));
        const held = await ask(peer, `hold ${path}`);
        const others = new Set<string>();
        for (let count = 0; count < 5; count++) others.add(await ask(peer, 'who'));
        assert.equal(others.size, 1);
        assert.equal(others.has(held), false);
        assert.ok(from.every((port) => port === server.address.port));
        const { workers } = server.stats();
        const known = workers.map(({ pid, thread }) => ({ pid, thread: thread > 0 }));
        const isThread = concurrency === 'threads';
        assert.deepEqual(
          new Set(known.map(({ pid }) => pid)),
          new Set([held, ...others].map((one) => Number(one.split(' ')[0]))),
        );
        assert.ok(
          known.every(({ pid, thread }) => thread === isThread && (pid === process.pid) === isThread),
        );
        // An answer may be here before its worker has counted that it is done.
        await until('one alone is held up', () => server.stats().active === 1);
        writeFileSync(path, '');
        await until('it goes on', () => server.stats().active === 0);
      });
      assert.deepEqual([stats.accepted, stats.messagesIn, stats.messagesOut], [6, 6, 6]);
    });
  });

  test(`${concurrency} that are replaced lose no datagram`, async () => {
    await servedUdp(options, async (server, peer) => {
      const before = new Set<string>();
      const after = new Set<string>();
      const over = new AbortController();
      const peers = await Promise.all(Array.from({ length: 8 }, () => udpPeer(server.address)));
      // Each has one datagram on its way at any time, and none is sent again.
      const asking = peers.map(async (one) => {
        while (!over.signal.aborted) before.add(await ask(one, 'who'));
        for (let count = 0; count < 5; count++) after.add(await ask(one, 'who'));
      });
      await until('somebody was answered', () => before.size > 0);
      const old = server.stats().workers.map(({ pid, thread }) => `${pid} ${thread}`);
      await server.replaceWorkers();
      over.abort();
      await Promise.all(asking);
      await Promise.all(peers.map((one) => one.close()));
      const workers = server.stats().workers.map(({ pid, thread }) => `${pid} ${thread}`);
      assert.equal(workers.length, 2);
      assert.ok(workers.every((one) => !old.includes(one)));
      // An answer may be here before its worker has counted it.
      await until('all answers are counted', () => {
        const { messagesIn, messagesOut } = server.stats();
        return messagesOut === messagesIn;
      });
      const { messagesIn, messagesOut, replaced } = server.stats();
      assert.deepEqual([messagesOut, replaced], [messagesIn, 0]);
      if (concurrency === 'processes')
        for (const one of after) assert.ok(!old.includes(one), `${one} answers after it was replaced`);
      assert.deepEqual(peer.heard, []);
    });
  });

  test(`A handler that throws in ${concurrency} is counted, and its hooks are called there`, async () => {
    const hooks = { handleError: targets.swallow };
    await servedUdp({ ...options, ...hooks }, async (server, peer) => {
      await ask(peer, 'fail');
      await until('it is counted', () => server.stats().failed === 1);
      await ask(peer, 'who');
    });
    const handled = await servedUdp(
      { ...options, ...hooks, verifyRequest: targets.nobody },
      async (server, peer) => {
        peer.send('who');
        await until('it was refused', () => server.stats().unverified === 1);
        assert.deepEqual(peer.heard, []);
      },
    );
    assert.deepEqual([handled.accepted, handled.closed, handled.messagesOut], [1, 1, 0]);
  });

  test(`A class of handlers is found again in ${concurrency}, and knows its client`, async () => {
    await servedUdp({ ...options, handler: targets.Polite }, async (_server, peer) => {
      peer.send('hello');
      assert.deepEqual(await peer.hears(1), [`127.0.0.1 ${peer.address.port} 1`]);
    });
  });

  test(`close() ends ${concurrency} whose handlers never do`, async () => {
    const stats = await servedUdp(options, async (server, peer) => {
      await ask(peer, 'stuck');
      await until('it is at work', () => server.stats().active === 1);
    });
    assert.deepEqual([stats.accepted, stats.active], [1, 0]);
  });
}

test('A process that is killed in the middle of a datagram is replaced, and others answer meanwhile', async () => {
  const options = { concurrency: 'processes', workers: 2, handler: targets.obey } as const;
  const stats = await servedUdp(options, async (server, peer) => {
    const victim = Number((await ask(peer, 'stuck')).split(' ')[0]);
    process.kill(victim, 'SIGKILL');
    for (let count = 0; count < 5; count++) {
      const [pid] = (await ask(peer, 'who')).split(' ');
      assert.notEqual(Number(pid), victim);
    }
    await until('it is replaced', () => server.stats().replaced === 1 && server.stats().workers.length === 2);
    await withFile(async (path) => {
      const held = await ask(peer, `hold ${path}`);
      assert.notEqual(await ask(peer, 'who'), held);
      writeFileSync(path, '');
      await until('it goes on', () => server.stats().active === 0);
    });
  });
  // What the dead one was at counts as ended.
  assert.deepEqual([stats.accepted, stats.closed, stats.replaced], [8, 8, 1]);
});

test('A process that is stopped holds up no datagram but what it has taken', async () => {
  const options = { concurrency: 'processes', workers: 2, handler: targets.who } as const;
  await servedUdp(options, async (server, peer) => {
    const [stopped] = server.stats().workers;
    process.kill(stopped!.pid, 'SIGSTOP');
    try {
      for (let count = 0; count < 5; count++)
        assert.notEqual(Number((await ask(peer, 'who')).split(' ')[0]), stopped!.pid);
    } finally {
      process.kill(stopped!.pid, 'SIGCONT');
    }
  });
});

test('A program that only has a server with workers ends when that is closed', async () => {
  const { code, stdout, stderr } = await run('net/udp-program.ts').end;
  assert.deepEqual([code, stdout, stderr], [0, 'answered\n', '']);
});
