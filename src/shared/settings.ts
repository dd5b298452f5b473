import type { NodeSettings } from './model.ts';

/** Whether a running node must be composed anew to work with other settings. The rest is read when it is used. */
export function needsRestart(running: NodeSettings, next: NodeSettings): boolean {
  const composed = ({ listen, dhtMode, name }: NodeSettings): string => JSON.stringify([listen, dhtMode, name]);
  return composed(running) !== composed(next);
}
