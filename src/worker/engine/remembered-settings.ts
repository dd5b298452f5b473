import type { NodeSettings } from '../../shared/model.ts';
import type { Database } from '../sqlite/database.ts';
import { validateNodeSettings } from '../node/node-settings.ts';
import { validateRequest } from './calls/request-validation.ts';

const KEY = 'node-settings';

/** The settings of the node's last start in this data folder; undefined when there was none that would do today. */
export function rememberedSettings(db: Database): NodeSettings | undefined {
  const text = db.meta(KEY);
  if (text === undefined) return undefined;
  try {
    const settings = JSON.parse(text) as Readonly<Record<string, unknown>>;
    // Another version of the program may have written them.
    validateRequest('startNode', settings);
    return validateNodeSettings(settings as unknown as NodeSettings);
  } catch {
    return undefined;
  }
}

export function rememberSettings(db: Database, settings: NodeSettings): void {
  const text = JSON.stringify(settings);
  if (db.meta(KEY) !== text) db.setMeta(KEY, text);
}
