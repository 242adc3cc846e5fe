/**
 * What `duodao serve --help` says.
 *
 * @module
 */
import { optionLines } from '../help.ts';
import { SERVE_OPTIONS } from './options.ts';

export function serveHelpText(): string {
  return `duodao serve: an exported function as a server of TCP, UDP or Unix sockets

Each connection is given to the handler: a function (connection, clientAddress,
server), or a class that extends RequestHandler of duodao/net. When it is done
the connection is closed.

Usage:  duodao serve MODULE[#EXPORT] --tcp [HOST:]PORT | --udp ... | --unix ...

A handler, echo.ts:
  export async function echo(connection) {
    for await (const line of connection) await connection.send(line);
  }
and one of datagrams:
  export const upper = (request) => request.reply(\`\${request.data}\`.toUpperCase());

MODULE is a file (TypeScript or JavaScript) or a package. Without EXPORT it is
the default one, or the only handler.

Options (what holds when left out):
${optionLines(SERVE_OPTIONS)}
Examples:
  duodao serve echo.ts --tcp 8000 --framing lines
  duodao serve echo.ts#echo --tcp 0.0.0.0:8000 --framing lines -w 4 --stats
  duodao serve echo.ts --unix ./echo.sock --framing length:4:big --mode 660
  duodao serve echo.ts --tcp 0 --framing dict --json
  duodao serve jobs.ts --tcp 6000 --framing python --auth-key-file key
  duodao serve echo.ts --tcp 8443 --tls-key key.pem --tls-cert cert.pem

Framings, and what a handler receives and sends:
  raw       bytes as they come
  lines     text, without its line feed
  length:4  bytes behind their length; 1 to 8 bytes of it, little or :big
  dict      { header, body }; send(header, body)
  python    bytes, as send_bytes of Python's multiprocessing.connection

Ctrl-C and SIGTERM accept nothing new, and wait for what is at work; a second
one ends at once. SIGHUP replaces the workers one by one, with the module as it
is on disk by then: no connection is refused.

Exit code: 130 after Ctrl-C, 143 after SIGTERM; 1 when it cannot listen; 2 bad
input.
`;
}
