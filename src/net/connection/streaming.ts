/**
 * Messages that are received with their bodies as streams: a connection has at most one body that is on its way.
 *
 * @module
 */
import type { Wait } from '../../base/index.ts';
import type { BodyDecoder, DictHeader } from '../../wire/index.ts';
import type { Channel } from './channel.ts';
import type { Source } from './source.ts';
import { MessageBody } from './message-body.ts';

/** A message whose body is still on its way. */
export interface StreamedMessage {
  readonly header: DictHeader;
  readonly body: MessageBody;
}

/** Receives a head, when what is left of the body before has been thrown away. */
export function receiveStreamed<In>(channel: Channel<In>, wait: Wait): Promise<StreamedMessage> {
  const { incoming, limits, framing } = channel;
  if (!('nextHead' in incoming.decoder))
    return Promise.reject(
      new TypeError(`Cannot receive a body as a stream as messages of ${framing.name} have no header`),
    );
  const bodies = incoming.decoder as typeof incoming.decoder & BodyDecoder<DictHeader, In>;
  const heads: Source<StreamedMessage> = {
    take() {
      const header = incoming.isPastBody() ? bodies.nextHead() : undefined;
      if (header === undefined) return undefined;
      incoming.took();
      const body = new MessageBody(incoming, bodies.bodyLeft, limits.maxMessageBytes);
      incoming.streamed = body;
      return { header, body };
    },
  };
  return incoming.wait(heads, wait);
}
