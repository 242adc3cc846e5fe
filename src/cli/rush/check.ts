/**
 * `duodao rush --check <ledger>`: adds up an existing ledger again, long after its sellers are gone.
 *
 * @module
 */
import { print } from '../print.ts';
import { audit } from './audit.ts';
import type { RushOptions } from './options.ts';
import { bookLines } from './summary.ts';

/** Prints what the ledger says; returns the exit code, 1 when the books do not balance. */
export async function check(
  options: Pick<RushOptions, 'trains' | 'orders' | 'json'>,
  ledger: string,
  out: NodeJS.WritableStream,
): Promise<number> {
  const found = await audit({ trains: options.trains, orders: options.orders, ledger });
  await print(out, `${options.json ? JSON.stringify(found) : bookLines(found).join('\n')}\n`);
  return found.balanced ? 0 : 1;
}
