/**
 * SIGHUP: from somebody who wants the module to be loaded again, or from a terminal that has gone.
 *
 * The kernel takes the terminal away from its processes before they are told, so whether there was one, and is none any
 * more, says which of the two it was.
 *
 * @module
 */
import { closeSync, openSync } from 'node:fs';

export interface HangupEars {
  /** Somebody has asked. */
  asked(): void;
  /** The terminal has gone. */
  gone(): void;
}

/** Returns what stops listening. */
export function onHangup(ears: HangupEars, hasTerminal: () => boolean = hasTerminalNow): () => void {
  const hadTerminal = hasTerminal();
  const listener = (): void => {
    if (hadTerminal && !hasTerminal()) ears.gone();
    else ears.asked();
  };
  process.on('SIGHUP', listener);
  return () => void process.off('SIGHUP', listener);
}

function hasTerminalNow(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
