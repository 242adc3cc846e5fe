/**
 * What an office says at its end: as that of a run, and how many came.
 *
 * @module
 */
import { grouped } from '../../text.ts';
import type { Audit } from '../audit.ts';
import { resultOf, type RunFacts, type RushResult, summaryText } from '../summary.ts';

/** As `--json` prints it. Field names are never renamed. */
export interface OfficeResult extends RushResult {
  /** Connections over sockets, from first to last. */
  readonly buyers: number;
}

/** An office answers what it has taken, however it ends. */
export type OfficeFacts = Omit<RunFacts, 'interrupted'> & { readonly buyers: number };

export function officeResult(audit: Audit, facts: OfficeFacts): OfficeResult {
  return { ...resultOf(audit, { ...facts, interrupted: false }), buyers: facts.buyers };
}

export function officeText(audit: Audit, facts: OfficeFacts): string {
  const came = `${grouped(facts.buyers)} ${facts.buyers === 1 ? 'buyer' : 'buyers'} connected`;
  return `${came}\n${summaryText(audit, { ...facts, interrupted: false })}`;
}
