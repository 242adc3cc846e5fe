/**
 * Lines of text from a stream that is piped in.
 *
 * @module
 */
import { StringDecoder } from 'node:string_decoder';

/** The lines, without what ends them. A last one that nothing ends is one, too. */
export async function* linesIn(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const bytes of stream) {
    const [first = '', ...others] = decoder.write(Buffer.from(bytes)).split('\n');
    rest += first;
    for (const next of others) {
      yield rest.replace(/\r$/, '');
      rest = next;
    }
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
