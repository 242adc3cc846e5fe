/**
 * The server: it answers with what it was sent. In a process of its own, which finds this class here.
 *
 * @module
 */
import { Answering, type DictHeader } from 'duodao/net';

export class Echo extends Answering {
  answer(_header: DictHeader, body: Buffer): Buffer {
    return body;
  }
}
