/**
 * Lets exported functions be arguments and items, too: `ipc` carries them, this room knows how to import them.
 *
 * @module
 */
import { learnFunctions } from '../../ipc/index.ts';
import type { Address } from '../../wire/index.ts';
import { addressOf, resolveAddress } from './address.ts';
import { whileBooting } from '../start/boot-guard.ts';
import { inChild } from '../start/main-guard.ts';

/** In a child, a module that is loaded for a function may start processes as little as that of its target. */
function resolve(address: Address): Promise<unknown> {
  return inChild() ? whileBooting(() => resolveAddress(address)) : resolveAddress(address);
}

learnFunctions({ addressOf, resolve });
