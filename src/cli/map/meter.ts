/**
 * The line about how a run goes: one each second, or redrawn in place.
 *
 * @module
 */
import { StatusLine, type StatusStream } from '../status-line.ts';
import { Pace, type Standing, standingLine } from './pace.ts';

const LINE_MS = 1000;

export class Meter extends StatusLine {
  /** @param inPlace - Whether the stream is a terminal that can redraw a line. */
  constructor(
    stream: StatusStream,
    inPlace: boolean,
    standing: () => Omit<Standing, 'rate'>,
    clock: () => number = () => performance.now(),
  ) {
    const pace = new Pace(clock());
    const line = (): string => {
      const now = standing();
      const nowMs = clock();
      pace.note(now.done, nowMs);
      return standingLine({ ...now, rate: pace.rate(now.done, nowMs) });
    };
    super({ stream, inPlace, everyMs: LINE_MS, line });
  }
}
