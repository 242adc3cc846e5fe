export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  /** The kernel's letter: R, S, D, T, Z. */
  readonly state: string;
  /** In ticks since the machine started. */
  readonly startedAt: number;
  readonly key: string;
}

export function processes(): Map<number, ProcessEntry>;
/** Ends processes by force, unless their pid belongs to another one by now. */
export function kill(victims: Iterable<Pick<ProcessEntry, 'pid' | 'key'>>): void;
