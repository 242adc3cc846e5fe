/**
 * What a server of datagrams promises as Python's socketserver.UDPServer does, what it does better, and that Python's
 * sockets are served by it. How: a client in Python talks to a server of Python and to ours, and must hear the same.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { type Address, RequestHandler, type UdpRequest, UdpServer } from '../../../src/net/index.ts';
import { endsClean } from '../../harness/clean-end.ts';
import { gate, servedUdp } from '../../harness/datagrams.ts';
import { until } from '../../harness/tree.ts';

endsClean();

/** Runs Python, and gives what it prints. */
async function python(code: string, ...args: readonly string[]): Promise<string> {
  const child = spawn('python3', ['-c', code, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  assert.equal(exit, 0, stderr);
  return stdout;
}

/** Where a handler fails, and what is called then. */
const STAGES: readonly (readonly [fails: string, calls: string, told: readonly string[]])[] = [
  ['nowhere', 'setup handle finish', []],
  ['setup', 'setup', ['setup failed']],
  ['handle', 'setup handle finish', ['handle failed']],
  ['finish', 'setup handle finish', ['finish failed']],
  ['handle finish', 'setup handle finish', ['handle failed', 'finish failed']],
];

for (const isAsync of [false, true])
  for (const [fails, calls, told] of STAGES) {
    const form = isAsync ? 'async' : 'plain';
    test(`Of a handler with ${form} methods that fails ${fails} "${calls}" is called for a datagram`, async () => {
      const called: string[] = [];
      const errors: string[] = [];
      const stage = (name: string): void | Promise<void> => {
        called.push(name);
        const fail = (): void => {
          if (fails.split(' ').includes(name)) throw new Error(`${name} failed`);
        };
        if (!isAsync) return fail();
        return new Promise((resolve) => setImmediate(resolve)).then(fail);
      };
      class Staged extends RequestHandler<UdpRequest> {
        override setup(): void | Promise<void> {
          return stage('setup');
        }
        override handle(): unknown {
          return stage('handle');
        }
        override finish(): void | Promise<void> {
          return stage('finish');
        }
      }
      const handleError = (error: unknown): void => void errors.push((error as Error).message);
      await servedUdp({ handler: Staged, handleError }, async (server, peer) => {
        for (let round = 1; round <= 2; round++) {
          called.length = errors.length = 0;
          peer.send('datagram');
          await until('it is over', () => server.stats().closed === round);
          assert.equal(called.join(' '), calls);
          assert.deepEqual(errors, told);
          assert.equal(server.stats().failed, told.length > 0 ? round : 0);
        }
      });
    });
  }

test('A handler of datagrams has its data, its client and its server', async () => {
  let seen: readonly unknown[] = [];
  class Looker extends RequestHandler<UdpRequest> {
    override async handle(): Promise<void> {
      seen = [String(this.request.data), this.clientAddress, this.server.address];
      await this.request.reply('seen');
    }
  }
  await servedUdp({ handler: Looker }, async (server, peer) => {
    peer.send('look');
    await peer.hears(1);
    assert.deepEqual(seen, ['look', peer.address, server.address]);
  });
});

test('A handler that answers nothing sends nothing (in Python an empty datagram), and may answer often', async () => {
  const handler = async (request: UdpRequest): Promise<void> => {
    const times = Number(String(request.data));
    for (let time = 1; time <= times; time++) await request.reply(`${time} of ${times}`);
  };
  await servedUdp({ handler }, async (_server, peer) => {
    peer.send('0');
    peer.send('3');
    assert.deepEqual(await peer.hears(3), ['1 of 3', '2 of 3', '3 of 3']);
  });
});

test('close() waits no longer than it may for handlers (in Python server_close() waits for ever)', async () => {
  const server = await new UdpServer({ handler: () => new Promise(() => undefined) }).listen();
  await servedUdp({ handler: () => undefined }, async (_other, peer) => {
    peer.send('stuck', server.address);
    await until('it is at work', () => server.stats().active === 1);
    await server.close({ drainMs: 10 });
    assert.equal(server.isListening, false);
    assert.throws(() => server.address, { code: 'closed' });
  });
});

test('A second request is handled while the first one waits, as with ThreadingMixIn', async () => {
  const { passed, open } = gate();
  const handler = async (request: UdpRequest): Promise<void> => {
    if (String(request.data) === 'first') await passed;
    await request.reply(request.data);
  };
  await servedUdp({ handler }, async (_server, peer) => {
    peer.send('first');
    peer.send('second');
    assert.deepEqual(await peer.hears(1), ['second']);
    open();
    assert.deepEqual(await peer.hears(2), ['second', 'first']);
  });
});

test('Who is refused by verifyRequest is not handled, and hears nothing', async () => {
  const asked: Address[] = [];
  const verifyRequest = (client: Address): boolean => asked.push(client) > 1;
  const stats = await servedUdp(
    { handler: (request) => request.reply(request.data), verifyRequest },
    async (_server, peer) => {
      peer.send('refused');
      peer.send('let in');
      assert.deepEqual(await peer.hears(1), ['let in']);
      assert.deepEqual(asked, [peer.address, peer.address]);
    },
  );
  assert.deepEqual([stats.unverified, stats.messagesOut], [1, 1]);
});

/** Talks to a server at a port, or to one of Python that it starts itself, and prints what it hears. */
const CLIENT = `
import hashlib, socket, socketserver, sys, threading

class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        sock.sendto(data.upper(), self.client_address)

class Server(socketserver.ThreadingUDPServer):
    max_packet_size = 65535

if sys.argv[1] == 'python':
    server = Server(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = server.server_address
else:
    address = ('127.0.0.1', int(sys.argv[1]))

def told(sock):
    data, sender = sock.recvfrom(65535)
    print(len(data), hashlib.sha256(data).hexdigest()[:8], sender == address)

# One that is not connected, and one that is.
for connects in (False, True):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(20)
    if connects:
        sock.connect(address)
    for data in (b'hello', b'', b'a' * 1400, b'', bytes(range(256)) * 78, b'x' * 20000, b'z' * 65507):
        if connects:
            sock.send(data)
        else:
            sock.sendto(data, address)
        told(sock)
    sock.close()

# Many clients, whose answers are told apart.
socks = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(50)]
for number, sock in enumerate(socks):
    sock.settimeout(20)
    sock.sendto(b'client %d' % number, address)
for sock in socks:
    print(sock.recvfrom(100)[0].decode())

# An answer to somebody who is gone comes back as ICMP; the next one is served.
gone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
gone.sendto(b'gone', address)
gone.close()
socks[0].sendto(b'here', address)
print(socks[0].recvfrom(100)[0].decode())
`;

test("A client in Python hears from us what it hears from Python's own server", async () => {
  const shout = (request: UdpRequest): Promise<void> =>
    request.reply(
      Buffer.from(
        request.data.toString('latin1').replace(/[a-z]+/g, (part) => part.toUpperCase()),
        'latin1',
      ),
    );
  const stats = await servedUdp({ handler: shout }, async (server) => {
    const [theirs, ours] = await Promise.all([
      python(CLIENT, 'python'),
      python(CLIENT, String(server.address.port)),
    ]);
    assert.equal(ours, theirs);
    const lines = ours.trimEnd().split('\n');
    assert.equal(lines.length, 2 * 7 + 50 + 1);
    assert.match(lines[13]!, /^65507 [0-9a-f]{8} True$/);
    assert.deepEqual(lines.slice(14, 16), ['CLIENT 0', 'CLIENT 1']);
  });
  assert.deepEqual([stats.accepted, stats.failed, stats.broken], [2 * 7 + 50 + 2, 0, 0]);
});

/** A server of Python as it comes, which cuts datagrams. */
const CUTS = `
import socket, socketserver, threading

class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request[1].sendto(b'%d' % len(self.request[0]), self.client_address)

server = socketserver.UDPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(20)
sock.sendto(b'x' * 20000, server.server_address)
print(sock.recvfrom(100)[0].decode())
`;

test("A datagram of 20,000 bytes is handled whole (Python's server cuts it at 8192, and says nothing)", async () => {
  assert.equal(await python(CUTS), '8192\n');
  const handler = (request: UdpRequest): Promise<void> => request.reply(String(request.data.length));
  await servedUdp({ handler }, async (_server, peer) => {
    peer.send(Buffer.alloc(20_000));
    assert.deepEqual(await peer.hears(1), ['20000']);
  });
  // A limit of our own refuses it, rather than to cut.
  const stats = await servedUdp({ handler, maxDatagramBytes: 8192 }, async (server, peer) => {
    peer.send(Buffer.alloc(20_000));
    await until('it is refused', () => server.stats().overLimit === 1);
  });
  assert.deepEqual([stats.accepted, stats.messagesOut], [0, 0]);
});
