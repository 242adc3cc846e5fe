/**
 * Servers on Node.js alone, for net.bench.ts.
 *
 * Usage: net_servers.js tcp | framed | udp | cluster; prints its port, and serves until its input ends. They send back
 * what they get: `framed` whole messages after their length (4 bytes, little-endian), `cluster` from two processes.
 */
import cluster from 'node:cluster';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** A client that resets its connection is no reason to end. */
const unheard = () => undefined;

function echo(socket) {
  socket.on('error', unheard);
  socket.on('data', (bytes) => socket.write(bytes));
}

/** As one would write it by hand for short messages. */
function echoFramed(socket) {
  let rest;
  socket.on('error', unheard);
  socket.on('data', (bytes) => {
    const all = rest === undefined ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    while (all.length - at >= 4) {
      const length = all.readUInt32LE(at);
      if (all.length - at < 4 + length) break;
      const message = all.subarray(at + 4, at + 4 + length);
      const answer = Buffer.allocUnsafe(4 + message.length);
      answer.writeUInt32LE(message.length);
      message.copy(answer, 4);
      socket.write(answer);
      at += 4 + length;
    }
    rest = at < all.length ? all.subarray(at) : undefined;
  });
}

const listen = (onConnection) => {
  const server = createServer(onConnection).listen({ port: 0, host: '127.0.0.1' }, () => {
    console.log(server.address().port);
  });
};

const KINDS = {
  tcp: () => listen(echo),
  framed: () => listen(echoFramed),
  udp() {
    const socket = createSocket('udp4');
    socket.on('message', (bytes, { port, address }) => socket.send(bytes, port, address, unheard));
    socket.bind(0, '127.0.0.1', () => console.log(socket.address().port));
  },
  cluster() {
    cluster.schedulingPolicy = cluster.SCHED_RR;
    let waitedFor = 2;
    cluster.on('listening', (_worker, { port }) => --waitedFor === 0 && console.log(port));
    cluster.fork();
    cluster.fork();
  },
};

if (cluster.isWorker) createServer(echo).listen({ port: 0, host: '127.0.0.1' });
else {
  KINDS[process.argv[2]]();
  process.stdin.resume().on('end', () => process.exit()); // workers end with their master
}
