/**
 * Lets exported functions be arguments and items, too: `ipc` carries them, this room knows how to import them.
 *
 * @module
 */
import { learnFunctions } from '../ipc/index.ts';
import { addressOf, resolveAddress } from './address.ts';

learnFunctions({ addressOf, resolve: resolveAddress });
