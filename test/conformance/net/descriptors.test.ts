/**
 * A server that runs out of descriptors: whoever connects waits, nobody is dropped, and it does not spin.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ServerStats } from '../../../src/net/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { dial, type Peer } from '../../harness/peer.ts';
import { run } from '../../harness/programs.ts';
import { until } from '../../harness/tree.ts';

endsClean();

const CLIENTS = 120;

test(`Of ${CLIENTS} clients of a server with 64 descriptors each is served, though not at once`, async () => {
  const program = run('net/few-descriptors.ts', [], { input: 'open', descriptors: 64 });
  const port = Number(await program.line());
  const look = async (): Promise<ServerStats & { cpu: NodeJS.CpuUsage }> => {
    program.tell('look');
    return JSON.parse(await program.line());
  };
  const heard = new Set<Peer>();
  const peers = await Promise.all(Array.from({ length: CLIENTS }, () => dial({ host: '127.0.0.1', port })));
  for (const peer of peers) {
    peer.write('hello\n');
    void peer.hears(6).then(
      () => heard.add(peer),
      () => undefined, // it is found below that it was not
    );
  }
  let stats = await look();
  while (stats.overloads === 0) stats = await look();
  // As many as there are descriptors for have been served, and hold them; nobody else hears anything.
  await until('some are served', () => heard.size >= 8);
  stats = await look();
  assert.ok(stats.active < 64 && stats.active >= heard.size - 1, JSON.stringify(stats));
  assert.equal(stats.refused, 0);
  // It rests meanwhile: a tenth of the time that passes is much. Who spins does so all the time, and who lets one more
  // in with each look too; but garbage is collected, and what was open while it began is closed, in a moment or two.
  for (let isResting = false, seen = '', times = 0; !isResting; times++) {
    assert.ok(times < 3, `it does not rest: ${seen}`);
    const before = await look();
    const since = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 700));
    stats = await look();
    const { cpu, overloads } = stats;
    const passedMs = performance.now() - since;
    const busyMs = (cpu.user + cpu.system - before.cpu.user - before.cpu.system) / 1000;
    isResting = busyMs < passedMs / 4 && overloads === before.overloads;
    seen = `busy for ${busyMs} of ${passedMs} ms, ${overloads - before.overloads} more overloads`;
  }
  // Who is served makes room for another one, until all were.
  const gone = new Set<Peer>();
  while (gone.size < CLIENTS) {
    await until(
      () => `another one is served (${heard.size} until now, ${gone.size} are gone)`,
      () => heard.size > gone.size,
    );
    for (const peer of heard) {
      if (gone.has(peer)) continue;
      gone.add(peer);
      await peer.close();
    }
  }
  stats = await look();
  assert.deepEqual([heard.size, stats.accepted, stats.refused, stats.failed], [CLIENTS, CLIENTS, 0, 0]);
  program.tell('close');
  assert.equal((await program.end).stderr, '');
});
