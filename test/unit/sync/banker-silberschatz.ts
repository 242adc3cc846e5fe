/**
 * The table that Silberschatz, Galvin and Gagne print for the banker's algorithm, as claims.
 *
 * @module
 */
import { Banker, type Claim } from '../../../src/sync/index.ts';

export type Letter = 'A' | 'B' | 'C';

/** Three digits: so much of each. */
export function amounts(digits: string): Record<Letter, number> {
  const [A, B, C] = Array.from(digits, Number) as [number, number, number];
  return { A, B, C };
}

/** The table as claims P0 to P4, each granted its allocation. */
export function silberschatz(): { banker: Banker<Letter>; claims: Claim<Letter>[] } {
  const banker = new Banker({ resources: { A: 10, B: 5, C: 7 } });
  const claims = ['753', '322', '902', '222', '433'].map((max, index) =>
    banker.claim(amounts(max), { name: `P${index}` }),
  );
  for (const [index, held] of ['010', '200', '302', '211', '002'].entries())
    claims[index]?.requestSync(amounts(held));
  return { banker, claims };
}
