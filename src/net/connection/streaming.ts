/**
 * Messages that are received with their bodies as streams: a connection has at most one body that is on its way.
 *
 * @module
 */
import type { Wait } from '../../base/index.ts';
import type { BodyDecoder, DictHeader } from '../../wire/index.ts';
import type { Channel } from './channel.ts';
import { MessageBody } from './message-body.ts';

/** A message whose body is still on its way. */
export interface StreamedMessage {
  readonly header: DictHeader;
  readonly body: MessageBody;
}

/** Throws away what is left of the body before; undefined if nothing is. */
export function skipBody<In>(channel: Channel<In>, wait: Wait | undefined): Promise<void> | undefined {
  const { body } = channel;
  return body?.skip(wait).then(() => {
    if (body === channel.body) channel.body = undefined;
  });
}

export async function receiveBody<In>(
  channel: Channel<In>,
  decoder: BodyDecoder<DictHeader, In>,
  wait: Wait,
): Promise<StreamedMessage> {
  const { incoming, limits } = channel;
  const heads = {
    take: (): DictHeader | undefined => {
      const head = decoder.nextHead();
      if (head) channel.took();
      return head;
    },
  };
  const header = await incoming.wait(heads, wait);
  const body = new MessageBody(incoming, decoder.bodyLeft, limits.maxMessageBytes);
  channel.body = body;
  return { header, body };
}
