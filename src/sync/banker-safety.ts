/**
 * The banker's arithmetic: which claims can end, one after the other, with what there is. Numbers only, no memory.
 *
 * One reduction answers everything. Some claim whose needs can be met from what is available ends and gives back what
 * it holds; then the next one, until none can. In which order does not matter: to let one end never keeps another from
 * ending, so whoever is left over at one order's end is left over at every order's.
 *
 *     needs are                                all can end              some are left over
 *     what each claim may still ask for        the state is safe        unsafe: it may end in a deadlock
 *     what each waits for now, 0 if nothing    there is no deadlock     those who hold something are deadlocked
 *
 * Granting never makes a request safe that was not, and giving back never makes one unsafe that was: so those who wait
 * need to look again only after something was given back.
 *
 * Sources: E. W. Dijkstra, Cooperating sequential processes, EWD 123, 1965 (one resource); A. N. Habermann, Prevention
 * of system deadlocks, CACM 12 (7), 1969 (many); E. G. Coffman, M. J. Elphick, A. Shoshani, System deadlocks, Computing
 * Surveys 3 (2), 1971 (detection). As tables: Silberschatz, Galvin, Gagne, Operating system concepts, Deadlocks.
 * Checked against those tables, and against a search through all orders: test/unit/sync/banker-safety.test.ts.
 *
 * @module
 */

/** What comes of a request: `unsafe` means that all of it is there, but the state after it would not be safe. */
export type Verdict = 'granted' | 'unsafe' | 'unavailable';

/** Claims in rows, resources in columns: what each holds, and what each needs in order to end. */
export class Ledger {
  readonly columns: number;
  /** How many rows are in use. */
  rows = 0;
  readonly available: Int32Array;
  readonly held: Int32Array;
  readonly need: Int32Array;
  /** The rows that could end, in the order in which they did: what reduce() found. */
  readonly order: Int32Array;
  readonly #work: Int32Array;
  readonly #ended: Uint8Array;

  /** Room for so many rows and columns; nothing is allocated afterwards. */
  constructor(rowsMax: number, columns: number) {
    this.columns = columns;
    this.available = new Int32Array(columns);
    this.held = new Int32Array(rowsMax * columns);
    this.need = new Int32Array(rowsMax * columns);
    this.order = new Int32Array(rowsMax);
    this.#work = new Int32Array(columns);
    this.#ended = new Uint8Array(rowsMax);
  }

  /** Lets claims end as long as any can, and gives how many could. */
  reduce(): number {
    this.#work.set(this.available);
    this.#ended.fill(0);
    let ended = 0;
    for (let before = -1; before !== ended; ) {
      before = ended;
      for (let row = 0; row < this.rows; row++) {
        if (this.#ended[row] !== 0 || !this.#canEnd(row)) continue;
        this.#end(row);
        this.order[ended++] = row;
      }
    }
    return ended;
  }

  #canEnd(row: number): boolean {
    for (let column = 0; column < this.columns; column++) {
      if ((this.need[row * this.columns + column] as number) > (this.#work[column] as number)) return false;
    }
    return true;
  }

  #end(row: number): void {
    this.#ended[row] = 1;
    for (let column = 0; column < this.columns; column++) {
      const held = this.held[row * this.columns + column] as number;
      this.#work[column] = (this.#work[column] as number) + held;
    }
  }

  /** Whether so much of each resource is there. */
  has(amounts: Int32Array): boolean {
    for (let column = 0; column < this.columns; column++) {
      if ((amounts[column] as number) > (this.available[column] as number)) return false;
    }
    return true;
  }

  /** What comes of a request of a row for amounts within its need. The ledger is as before afterwards. */
  judge(row: number, amounts: Int32Array): Verdict {
    if (!this.has(amounts)) return 'unavailable';
    this.#grant(row, amounts, 1);
    const isSafe = this.reduce() === this.rows;
    this.#grant(row, amounts, -1);
    return isSafe ? 'granted' : 'unsafe';
  }

  #grant(row: number, amounts: Int32Array, sign: 1 | -1): void {
    for (let column = 0; column < this.columns; column++) {
      const amount = (amounts[column] as number) * sign;
      const at = row * this.columns + column;
      this.available[column] = (this.available[column] as number) - amount;
      this.held[at] = (this.held[at] as number) + amount;
      this.need[at] = (this.need[at] as number) - amount;
    }
  }

  /** A safe order of all rows; undefined if there is none. */
  safeOrder(): number[] | undefined {
    return this.reduce() === this.rows ? [...this.order.subarray(0, this.rows)] : undefined;
  }

  /** The rows that hold something and cannot end. */
  deadlocked(): number[] {
    this.reduce();
    const left = Array.from({ length: this.rows }, (_, row) => row).filter((row) => this.#ended[row] === 0);
    return left.filter((row) =>
      this.held.subarray(row * this.columns, (row + 1) * this.columns).some((held) => held > 0),
    );
  }
}
