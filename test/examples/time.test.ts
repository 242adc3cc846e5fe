/** The time servers, asked by our clients, by those of others, and by nobody in particular. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { decodePacket, encodePacket, ntpTimeOf, type Packet, question } from '../../examples/time/sntp.ts';
import { example, exampleFile, lineWith } from './example.ts';
import { end, isAhead, open } from './time-servers.ts';

interface Said {
  readonly offsetSeconds: number | null;
  readonly delaySeconds: number | null;
  readonly stratum: number | null;
  readonly samples: readonly { readonly refused?: string; readonly kiss?: string }[];
}

async function ask(
  at: string,
  ...args: string[]
): Promise<{ said: Said; code: number | null; stderr: string }> {
  const { stdout, code, stderr } = await example('time/client.ts', '--json', '--interval', '0', ...args, at)
    .end;
  return { said: JSON.parse(stdout) as Said, code, stderr };
}

test('Our client finds how far our server is ahead, or behind, in each version', async () => {
  for (const ahead of [1.5, -3600]) {
    const { server, at } = await open(
      'time/server.ts',
      `--ahead=${ahead}`,
      '--stratum',
      '3',
      '--burst',
      '100',
    );
    for (const version of ahead > 0 ? ['1', '2', '3', '4'] : ['4']) {
      const { said, code, stderr } = await ask(at, '--samples', '4', '--version', version, '--panic', '4000');
      assert.ok(isAhead(said.offsetSeconds, ahead), `${said.offsetSeconds} for ${ahead}`);
      assert.deepEqual([said.stratum, said.samples.length, code, stderr], [3, 4, 0, '']);
    }
    await end(server);
  }
});

test('Our client shows each answer in a table, and says what they come to', async () => {
  const { server, at } = await open('time/server.ts', '--ahead', '1.5');
  const { stdout, code } = await example('time/client.ts', '--samples', '3', '--interval', '0', at).end;
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}3 +\+1\.\d{6} +\d+\.\d{3} +10 {2}127\.127\.1\.1$/m);
  assert.match(stdout, /^Best of 3: offset \+1\.\d{6} s, delay \d+\.\d{3} ms, jitter \d+\.\d{3} ms$/m);
  assert.match(stdout, /^The server is 1\.\d{6} s ahead of this machine; its answer says 20\d\d-.*Z$/m);
  const panic = await example('time/client.ts', '--samples', '1', '--panic', '1', at).end;
  assert.equal(panic.code, 1);
  assert.match(panic.stderr, /^The offset is beyond 1 s/);
  assert.match(await end(server), /\n4 answered, 0 refused as they came too often, 0 were no questions\n$/);
});

test('Ctrl-C, and a reader who leaves, end our client with what it knows so far, and quietly', async () => {
  const { server, at } = await open('time/server.ts');
  const client = example('time/client.ts', '--interval', '100', at);
  await lineWith(client, /^ {2}1 /);
  client.process.kill('SIGINT');
  const { code, stdout, stderr } = await client.end;
  assert.match(stdout, /\nBest of 1: .*\n.*\n$/);
  assert.deepEqual([code, stderr], [0, '']);

  const command = [
    process.execPath,
    ...process.execArgv,
    exampleFile('time/client.ts'),
    '--interval',
    '0.05',
    at,
  ];
  const shell = spawn('/bin/sh', ['-c', '{ "$@"; echo "code $?" >&2; } | head -n 1', 'sh', ...command]);
  let [out, err] = ['', ''];
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  await once(shell, 'close');
  assert.match(out, /^Asking .*\n$/);
  assert.equal(err, 'code 0\n');
  await end(server);
});

test('Who asks too often gets a kiss of death, and our client stops asking', async () => {
  const { server, at } = await open('time/server.ts', '--burst', '3', '--rate', '0');
  const { said, code } = await ask(at, '--samples', '10');
  assert.equal(said.samples.length, 4);
  assert.equal(said.samples[3]?.kiss, 'RATE');
  assert.deepEqual([said.stratum, code], [10, 0]);
  const again = await ask(at, '--samples', '2', '--timeout', '0.05');
  assert.equal(again.said.offsetSeconds, null);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^The time is not known/);
  await end(server);
});

test('A server that is not synchronised is not believed', async () => {
  const { server, at } = await open('time/server.ts', '--stratum', '16');
  const { said, code } = await ask(at, '--samples', '1', '--timeout', '2');
  assert.match(said.samples[0]?.refused ?? '', /no answer within 2 s; what came is refused.*stratum is 16/);
  assert.equal(code, 1);
  await end(server);
});

/** A server of a test's own, which sends these answers to each question: honest ones, but for these fields. */
async function fakeServer(...answers: readonly ((asked: Packet) => Partial<Packet>)[]): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (datagram, { port }) => {
    const asked = decodePacket(datagram)!;
    const now = ntpTimeOf(BigInt(Date.now()) * 1_000_000n);
    const honest = { ...question(4, now), mode: 4, stratum: 1, receive: now, originate: asked.transmit };
    for (const fields of answers)
      socket.send(encodePacket({ ...honest, ...fields(asked) }), port, '127.0.0.1');
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

test('Our client does not believe a forged answer, and waits for the true one behind it', async () => {
  const forged = ({ transmit }: Packet): Partial<Packet> => ({ originate: transmit ^ 2n, stratum: 0 });
  const forger = await fakeServer(forged);
  const alone = await ask(`127.0.0.1:${forger.address().port}`, '--samples', '1', '--timeout', '2');
  forger.close();
  assert.match(alone.said.samples[0]?.refused ?? '', /no answer within 2 s; .*it answers another question/);
  assert.equal(alone.code, 1);

  const both = await fakeServer(forged, () => ({}));
  const behind = await ask(`127.0.0.1:${both.address().port}`, '--samples', '2');
  both.close();
  assert.ok(isAhead(behind.said.offsetSeconds, 0));
  assert.deepEqual([behind.said.stratum, behind.code], [1, 0]);
});

test('Our client does not hear who was not asked', async () => {
  const stranger = createSocket('udp4');
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  silent.on('message', (datagram, { port }) => stranger.send(datagram, port, '127.0.0.1'));
  const unheard = await ask(`127.0.0.1:${silent.address().port}`, '--samples', '1', '--timeout', '0.2');
  assert.equal(unheard.said.samples[0]?.refused, 'no answer within 0.2 s');
  for (const socket of [stranger, silent]) socket.close();
});

test('Nobody there, a name that is none, and bad input are told apart', async () => {
  const closed = createSocket('udp4').bind(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address();
  closed.close();
  const nobody = await example('time/client.ts', `127.0.0.1:${port}`).end;
  assert.deepEqual(
    [nobody.code, nobody.stderr],
    [1, `Nobody tells the time at 127.0.0.1:${port}: nothing listens at that UDP port\n`],
  );
  const text = await example('time/text-client.ts', `127.0.0.1:${port}`).end;
  assert.deepEqual(
    [text.code, text.stderr],
    [1, `Nobody answers at 127.0.0.1:${port}: nothing listens at that UDP port\n`],
  );
  const wrong = [
    ['time/client.ts', 'a', 'b'],
    ['time/client.ts', '--samples', '0'],
    ['time/client.ts', '--version', '5'],
    ['time/server.ts', '--ahead', 'soon'],
    ['time/server.ts', '--stratum', '1.5'],
    ['time/text-client.ts', 'x:y:z'],
  ] as const;
  const ends = await Promise.all(wrong.map(([file, ...args]) => example(file, ...args).end));
  for (const [index, { code, stderr }] of ends.entries())
    assert.deepEqual(
      [code, stderr.endsWith('\nTry --help\n')],
      [2, true],
      `${wrong[index]!.join(' ')}: ${stderr}`,
    );
});

/** Sends datagrams, and gives the first one that comes back. A server takes them in their order. */
async function firstAnswer(port: number, datagrams: readonly (Uint8Array | string)[]): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    for (const datagram of datagrams) socket.send(datagram);
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return answer;
  } finally {
    socket.close();
  }
}

test('What is no question gets no answer from the time server, not even an error', async () => {
  const { server, port } = await open('time/server.ts');
  const good = encodePacket(question(4, 99n));
  const withFirst = (byte: number): Uint8Array =>
    Uint8Array.from(good, (one, index) => (index === 0 ? byte : one));
  const bad = [
    new Uint8Array(),
    good.subarray(0, 12),
    good.subarray(0, 47),
    ...[0, 5, 6, 7].map((version) => withFirst((version << 3) | 3)),
    ...[0, 1, 2, 4, 5, 6, 7].map((mode) => withFirst((4 << 3) | mode)),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'.padEnd(100)),
    Buffer.alloc(60_000, 0xff),
  ];
  const answer = await firstAnswer(port, [...bad, Buffer.concat([good, Buffer.alloc(68)])]);
  assert.equal(decodePacket(answer)?.originate, 99n);
  assert.equal(answer.byteLength, 48);
  assert.match(
    await end(server),
    new RegExp(`\n1 answered, 0 refused .*, ${bad.length} were no questions\n$`),
  );
});

test('The text server tells the time in the form that is asked for, and else nothing', async () => {
  const { server, at, port } = await open('time/text-server.ts');
  const say = async (...format: string[]): Promise<string> => {
    const { code, stdout } = await example('time/text-client.ts', at, ...format).end;
    assert.equal(code, 0);
    return stdout;
  };
  assert.match(await say(), /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\n$/);
  assert.match(await say('%A, week %V: 100%%'), /^[A-Z][a-z]+day, week \d\d: 100%\n$/);
  assert.equal(await say('%n%t\u001b'), '\\u000a\\u0009\\u001b\n');
  const bad = await example('time/text-client.ts', at, '%Q').end;
  assert.deepEqual([bad.code, bad.stderr], [1, 'error: there is no directive "Q"\n']);
  const answer = await firstAnswer(port, ['2026-02-03 04:05:06', 'error: no', 'x'.repeat(1000), '%%']);
  assert.equal(answer.toString(), '%');
  await end(server);
});
