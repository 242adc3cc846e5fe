/**
 * Values on their way between participants of one tree: the codec of `wire`, with shared objects and exported
 * functions let through.
 *
 * @module
 */
import { DuodaoError } from '../base/index.ts';
import { here, openFace, type Reference, referenceOf } from '../memory/index.ts';
import { type Address, decode, type Encoded, encode, linksOf } from '../wire/index.ts';

/** How exported functions become addresses and come back. Told by the room that can import modules. */
export interface FunctionCrossing {
  addressOf(fn: (...args: never[]) => unknown): Address;
  resolve(address: Address): Promise<unknown>;
}

let functions: FunctionCrossing | undefined;
/**
 * Functions that are here, as they arrived or left before, by address: so that a blocking get can have them again.
 */
const arrived: Map<string, unknown> = new Map();

export function learnFunctions(crossing: FunctionCrossing): void {
  functions = crossing;
}

/**
 * The bytes of a value. They are good until the next value is packed.
 *
 * @param root - How the value is called in errors: 'item', 'args'.
 * @throws DuodaoError `not-cloneable`, naming the path to what cannot cross.
 */
export function pack(value: unknown, root: string): Encoded {
  return encode(value, functions ? WITH_FUNCTIONS : WITHOUT_FUNCTIONS, root);
}

// Made once: an object and a closure for each value would cost more than many a value.
const WITHOUT_FUNCTIONS = { handleOf: referenceOf };
const WITH_FUNCTIONS = { handleOf: referenceOf, addressOf: remember };
const INCOMING = { open: openFace, resolve: arrivedFunction };

/** The value of packed bytes. Exported functions among it must have arrived here before, or be resolved first. */
export function unpack(bytes: Uint8Array): unknown {
  return decode(bytes, INCOMING);
}

/** Imports whatever functions the bytes refer to, so that unpack() can give them. */
export async function resolveFunctions(bytes: Uint8Array): Promise<void> {
  const { addresses } = linksIn(bytes);
  const crossing = functions;
  if (!crossing) return;
  await Promise.all(
    addresses.map(async (address) => {
      const key = keyOf(address);
      if (!arrived.has(key)) arrived.set(key, await crossing.resolve(address));
    }),
  );
}

/** Whether unpack() would need functions that have not arrived here yet. */
export function needsFunctions(bytes: Uint8Array): boolean {
  return linksIn(bytes).addresses.some((address) => !arrived.has(keyOf(address)));
}

/** The address of a function of ours. Should it come home, it is here. */
function remember(fn: (...args: never[]) => unknown): Address {
  const address = (functions as FunctionCrossing).addressOf(fn);
  // An address without a hash is one that a user wrote: what it leads to is not here.
  if (address.hash !== '') arrived.set(keyOf(address), fn);
  return address;
}

function arrivedFunction(address: Address): unknown {
  const key = keyOf(address);
  if (arrived.has(key)) return arrived.get(key);
  throw new DuodaoError(
    'unsupported',
    `Cannot take the function ${address.name} of ${address.url} without waiting, as its module is not loaded here: ` +
      'use the awaited form of this call',
    { url: address.url, name: address.name },
  );
}

function keyOf({ url, name, hash }: Address): string {
  return `${hash} ${name} ${url}`;
}

/** Counts the handles in a message that is about to be committed. Undo with `handlesTaken` if it is not. */
export function handlesSent(references: readonly Reference[]): void {
  for (const reference of references) here().objects.handleSent(reference);
}

/** Counts the handles in a message that is gone. */
export function handlesTaken(references: readonly Reference[]): void {
  for (const reference of references) here().objects.handleTaken(reference);
}

/** Says of handles that their message may or may not be there: they are counted anew when it matters. */
export function handlesUnclear(references: readonly Reference[]): void {
  for (const reference of references) here().objects.handleLost(reference);
}

/** The handles in packed bytes. */
export function handlesIn(bytes: Uint8Array): readonly Reference[] {
  return linksIn(bytes).handles;
}

/** The links of packed bytes. Those of bytes that cannot be read are nobody's trouble but of who unpacks them. */
function linksIn(bytes: Uint8Array): ReturnType<typeof linksOf> {
  try {
    return linksOf(bytes);
  } catch (error) {
    if (error instanceof DuodaoError && error.code === 'protocol') return { handles: [], addresses: [] };
    throw error;
  }
}
