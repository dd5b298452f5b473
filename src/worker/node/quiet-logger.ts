import type { ComponentLogger, Logger } from '@libp2p/interface';

function noop(): void {
  // Not logged.
}

const QUIET: Logger = Object.assign(noop, {
  error: noop,
  trace: noop,
  enabled: false,
  newScope: () => QUIET,
});

/**
 * Options that switch off libp2p's own log lines unless DEBUG is set in the environment. Its default logger is costly even when
 * it prints nothing: each connection, stream and query sets up one, terminal detection included.
 */
export function quietLogger(): { readonly logger?: ComponentLogger } {
  const isDebugEnabled = process.env['DEBUG'] !== undefined && process.env['DEBUG'] !== '';
  return isDebugEnabled ? {} : { logger: { forComponent: () => QUIET } };
}
