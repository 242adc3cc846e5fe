/**
 * Answers those who look for rooms on the network. See discovery-packets.ts for the bytes.
 *
 * @module
 */
import { UdpServer } from 'duodao/net';
import { hostOf } from '../program.ts';
import { RateLimit } from '../rate-limit.ts';
import { answerWith, nonceIn } from './discovery-packets.ts';

export const DISCOVERY_PORT = 4243;

export interface Answering {
  /** Where the room itself listens. */
  readonly host: string;
  readonly port: number;
  readonly title: string;
  /** The UDP port at which is asked. */
  readonly discoveryPort: number;
}

/**
 * A server that answers with the room's title and port; its address is the one that the answer comes from. A room that
 * only this machine can reach is told of only here. Who asks too often is not answered.
 */
export function answering({ host, port, title, discoveryPort }: Answering): UdpServer {
  const limit = new RateLimit({ burst: 10, perSecond: 2 });
  const isOurs = /^127\.|^localhost$/.test(host);
  return new UdpServer({
    // What is for everybody comes only to those who listen at any address.
    host: isOurs ? '127.0.0.1' : '0.0.0.0',
    port: discoveryPort,
    async handler(request, clientAddress) {
      const nonce = nonceIn(request.data);
      if (nonce === undefined || limit.ask(hostOf(clientAddress), performance.now()) !== 'ok') return;
      await request.reply(answerWith({ nonce, port, title }));
    },
  });
}
