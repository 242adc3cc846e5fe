/**
 * A socket of tests: nothing is behind it.
 *
 * @module
 */
import { EventEmitter } from 'node:events';

const HIGH_WATER = 16 * 1024;

/** A socket that keeps what is written until it is told to take it, and writes down what else is done with it. */
export class FakeSocket extends EventEmitter {
  readonly written: Uint8Array[] = [];
  writableLength = 0;
  writableNeedDrain = false;
  corked = 0;
  takesAtOnce = false;
  readonly done: string[] = [];
  destroyed = false;

  get bytesWritten(): number {
    return this.written.reduce((sum, piece) => sum + piece.length, 0);
  }

  write(bytes: Uint8Array): boolean {
    this.written.push(bytes);
    if (!this.takesAtOnce) this.writableLength += bytes.length;
    if (this.writableLength >= HIGH_WATER) this.writableNeedDrain = true;
    return !this.writableNeedDrain;
  }
  cork(): void {
    this.corked++;
  }
  uncork(): void {
    this.corked--;
  }
  pause(): void {
    this.done.push('pause');
  }
  resume(): void {
    this.done.push('resume');
  }
  end(): void {
    this.done.push('end');
  }
  destroySoon(): void {
    this.done.push('destroy soon');
  }
  destroy(): void {
    this.done.push('destroy');
    this.destroyed = true;
  }
}
