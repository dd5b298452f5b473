import type { ComponentLogger, Logger } from '@libp2p/interface';

function noop(): void {
  // Nobody listens.
}

const QUIET: Logger = Object.assign(noop, {
  error: noop,
  trace: noop,
  enabled: false,
  newScope: () => QUIET,
});

/**
 * For libp2p's own log lines, which are for its developers and shown with DEBUG in the environment. Without it they go
 * nowhere: its default logger is set up anew, terminal and all, for every connection, stream and query that comes and goes.
 */
export function quietLogger(): { readonly logger?: ComponentLogger } {
  const isDebugEnabled = process.env['DEBUG'] !== undefined && process.env['DEBUG'] !== '';
  return isDebugEnabled ? {} : { logger: { forComponent: () => QUIET } };
}
