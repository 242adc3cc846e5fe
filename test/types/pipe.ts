/** What users' code must and must not compile to when it makes pipes and waits for several things. */
import { Socket } from 'node:net';
import {
  type Connection,
  pipe,
  type PipeConnection,
  type PipeOptions,
  Process,
  Queue,
  ready,
  type Waitable,
} from '../../src/index.ts';
import { same } from './same.ts';

const [near, far] = pipe<{ id: number }>();
same<typeof near, PipeConnection<{ id: number }>>(true);
same<typeof far, PipeConnection<{ id: number }>>(true);
const ends = pipe();
same<typeof ends, [first: PipeConnection, second: PipeConnection]>(true);
// @ts-expect-error: a pipe has two ends
ends[2];

// A pipe's end is a connection, but not every connection is one.
const connection: Connection<{ id: number }> = near;
// @ts-expect-error: a network has no blocking forms
connection.sendSync({ id: 1 });
// @ts-expect-error: a connection is not an end of a pipe
export const end: PipeConnection<{ id: number }> = connection;

export async function use(): Promise<void> {
  await near.send({ id: 1 }, { timeoutMs: 1, signal: AbortSignal.abort() });
  // @ts-expect-error: it is a pipe for something else
  await near.send({ id: '1' });
  near.sendSync({ id: 1 }, { timeoutMs: 1 });
  // @ts-expect-error: a blocked thread hears no signal
  near.sendSync({ id: 1 }, { signal: AbortSignal.abort() });
  same<Awaited<ReturnType<typeof far.receive>>, { id: number }>(true);
  same<ReturnType<typeof far.receiveSync>, { id: number }>(true);
  same<ReturnType<typeof far.tryReceive>, { readonly item: { id: number } } | undefined>(true);
  same<ReturnType<typeof far.trySend>, boolean>(true);
  for await (const message of connection) same<typeof message, { id: number }>(true);
  // @ts-expect-error: nobody sets this
  far.isReady = true;
}

export const options: PipeOptions = { duplex: false, capacity: 1, bytes: 1 };
// @ts-expect-error: no such option
pipe({ simplex: true });
// @ts-expect-error: ends are made in pairs
new PipeConnection();

function work(_connection: Connection<string>, _number: number): void {}
const [, theirs] = pipe<string>();
export const child: Process<typeof work> = new Process({ target: work, args: [theirs, 1] });
// @ts-expect-error: this end is for something else
export const wrong: Process<typeof work> = new Process({ target: work, args: [far, 1] });

export async function wait(queue: Queue<string>, socket: Socket): Promise<void> {
  const found = await ready([queue, near], { timeoutMs: 1 });
  same<typeof found, (Queue<string> | PipeConnection<{ id: number }>)[]>(true);
  const anything: Waitable[] = [
    child,
    new Process({ target: Math.random }),
    queue,
    near,
    socket,
    process.stdin,
  ];
  same<Awaited<ReturnType<typeof ready<Waitable>>>, Waitable[]>(true);
  await ready(new Set(anything));
  // @ts-expect-error: a promise is awaited, not looked at
  await ready([Promise.resolve()]);
  // @ts-expect-error: a list is needed, also for one
  await ready(queue);
}
