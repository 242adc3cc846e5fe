/**
 * SIGHUP: from somebody who wants the module to be loaded again, or from a terminal that has gone.
 *
 * The kernel takes the terminal away from its processes before they are told, so whether there was one, and is none any
 * more, says which of the two it was.
 *
 * Node.js gives its terminal back as it ends, and aborts where there is none any more, with a core. So who has lost it
 * ends by the signal, as programs do that know nothing of it.
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

/** Has this process end by SIGHUP, if its terminal has gone by the time that it ends. */
export function endByHangup(hasTerminal: () => boolean = hasTerminalNow): void {
  if (!hasTerminal()) return;
  process.on('exit', () => {
    if (hasTerminal()) return;
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  });
}

function hasTerminalNow(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
