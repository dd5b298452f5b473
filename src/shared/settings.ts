import type { NodeSettings } from './model.ts';

/** Whether a running node must restart for these settings. The other settings are read whenever they are used. */
export function needsRestart(running: NodeSettings, next: NodeSettings): boolean {
  const composed = ({ listen, dhtMode, name }: NodeSettings): string => JSON.stringify([listen, dhtMode, name]);
  return composed(running) !== composed(next);
}
