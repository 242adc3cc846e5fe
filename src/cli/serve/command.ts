/**
 * `duodao serve`: parse, find the handler, listen, and end when it is told to.
 *
 * @module
 */
import type { SocketServer } from '../../net/index.ts';
import { codeOfEndBy, onInterrupt } from '../interrupt.ts';
import type { Output } from '../main.ts';
import { canRedraw, type TextStream } from '../rush/screen.ts';
import { StatusLine } from '../status-line.ts';
import { findTarget, type Target } from '../target.ts';
import { counted, grouped } from '../text.ts';
import { loaderFlag, loadHere } from '../typescript.ts';
import { framingFor } from './framing.ts';
import { discoverApart, findHandler } from './handler.ts';
import { endByHangup, onHangup } from './hangup.ts';
import { hintFor } from './hint.ts';
import { parseServe, type ServeOptions } from './options.ts';
import { placeText } from './place.ts';
import { Renewal } from './renewal.ts';
import { readSecrets } from './secrets.ts';
import { serverFor } from './server.ts';
import { errorsText, Standing } from './standing.ts';
import { Voice } from './voice.ts';

/** Between lines of --stats where they are not redrawn. */
const STATS_MS = 5000;
/** What the module has left running may end by itself for so long. */
const PARTING_MS = 500;

/** Runs the command with the words after its name; returns the exit code. */
export async function serve(words: readonly string[], output: Output): Promise<number> {
  const options = parseServe(words);
  const target = findTarget(options.target, 'serve');
  framingFor(options.framing); // refused before anything is loaded
  const secrets = readSecrets(options);
  await readTypeScript(target.url, options);
  const voice = new Voice(output, options.json);
  const interruption = new AbortController();
  const { signal } = interruption;
  const stopListening = onInterrupt(interruption, () => voice.statusLine?.close());
  try {
    const { name, handler } = await findHandler(target, options, signal);
    const server = serverFor(options, handler, secrets);
    if (options.check) {
      voice.say(`${target.module}#${name} can be served by ${options.place.kind}${mannerText(options)}`);
      return 0;
    }
    return await runServer({ server, options, target: { ...target, name }, voice, interruption, output });
  } catch (error) {
    if (signal.aborted) return codeOfEndBy(signal.reason as NodeJS.Signals);
    throw error;
  } finally {
    stopListening();
    // Without workers the module is here: a timer that it has left does not keep a server that was told to end.
    if (options.concurrency === 'async') setTimeout(() => process.exit(), PARTING_MS).unref();
  }
}

async function readTypeScript(url: string, { concurrency }: ServeOptions): Promise<void> {
  const flag = loaderFlag(url);
  if (flag === undefined) return;
  // Workers start with the flags of this process.
  process.execArgv.push(flag);
  if (concurrency === 'async') await loadHere(flag);
}

interface Running {
  readonly server: SocketServer;
  readonly options: ServeOptions;
  readonly target: Target;
  readonly voice: Voice;
  readonly interruption: AbortController;
  readonly output: Output;
}

/** From listening to the end. */
async function runServer(running: Running): Promise<number> {
  const { server, options, voice, interruption } = running;
  const { signal } = interruption;
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  await server.listen();
  // Workers end with this process, and do not keep it: it stays until it is told to end.
  const staying = setInterval(() => undefined, 2 ** 30);
  const stopListening = onHangup(hangupEars(running));
  endByHangup();
  try {
    announce(running);
    voice.statusLine = options.stats ? statusLine(running) : undefined;
    await ended;
    const { active } = server.stats();
    const waits = active > 0 ? `: ${grouped(active)} at work, which have ${options.drainMs / 1000} s` : '';
    voice.say(`${signal.reason as string}: nothing new is accepted${waits}`);
    await server.close({ drainMs: options.drainMs });
  } finally {
    voice.statusLine?.close();
    stopListening();
    clearInterval(staying);
  }
  const stats = server.stats();
  const messages = counted(stats.messagesIn, options.place.kind === 'udp' ? 'datagram' : 'message');
  const served =
    options.place.kind === 'udp' ? messages : `${counted(stats.accepted, 'connection')} and ${messages}`;
  voice.say(`closed after ${served}, ${errorsText(stats)}`);
  voice.event('closed', { by: signal.reason as string, stats });
  return codeOfEndBy(signal.reason as NodeJS.Signals);
}

function hangupEars({
  server,
  options,
  target,
  voice,
  interruption,
}: Running): Parameters<typeof onHangup>[0] {
  const { signal } = interruption;
  const { concurrency, drainMs } = options;
  const end = (): void => interruption.abort('SIGHUP');
  const renewal = new Renewal({ server, target, drainMs, voice, signal, look: discoverApart });
  return { gone: end, asked: concurrency === 'async' ? end : () => void renewal.ask() };
}

function announce({ server, options, voice }: Running): void {
  const { address } = server;
  const { place, framing, concurrency, authKeyFile, tls } = options;
  const hint = hintFor({
    kind: place.kind,
    address,
    framing,
    isSecret: authKeyFile !== undefined,
    isEncrypted: tls !== undefined,
  });
  voice.say(`listening on ${placeText(place.kind, address)}${mannerText(options)}`);
  if (hint !== undefined && !options.json) voice.say(`  try: ${hint}`);
  const workers = server.stats().workers.map(({ pid, thread }) => ({ pid, thread }));
  voice.event('listening', { kind: place.kind, address, framing, concurrency, pid: process.pid, workers });
}

/** `, framing lines, 2 processes`. */
function mannerText({ place, framing, concurrency, workers, authKeyFile, tls }: ServeOptions): string {
  const where = concurrency === 'async' ? [] : [counted(workers, concurrency.replace(/e?s$/, ''))];
  return [
    ...(place.kind === 'udp' ? [] : [`framing ${framing}`]),
    ...where,
    ...(authKeyFile === undefined ? [] : ['with a key']),
    ...(tls ? ['TLS'] : []),
  ]
    .map((part) => `, ${part}`)
    .join('');
}

function statusLine({ server, output }: Running): StatusLine {
  const stream = output.err as NodeJS.WriteStream & TextStream;
  const standing = new Standing(performance.now());
  const line = new StatusLine({
    stream,
    inPlace: canRedraw(stream, process.env),
    everyMs: STATS_MS,
    line: () => standing.line(server.stats(), performance.now()),
  });
  line.draw();
  return line;
}
