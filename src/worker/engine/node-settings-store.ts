import { DEFAULT_NODE_SETTINGS } from '../../shared/settings/node-settings.ts';
import type { NodeSettings } from '../../shared/model.ts';
import { validateNodeSettings } from '../node/node-settings.ts';
import type { Database } from '../sqlite/database.ts';
import { NODE_SETTINGS_FORM } from './calls/node-settings-form.ts';
import { validateRequest } from './calls/request-form.ts';

const KEY = 'node-settings';

/** The engine's one memory of the node's settings, kept in the catalog. Every part reads them here when it needs them. */
export class NodeSettingsStore {
  readonly #db: Pick<Database, 'meta' | 'setMeta'>;
  #saved: NodeSettings | undefined;

  constructor(db: Pick<Database, 'meta' | 'setMeta'>) {
    this.#db = db;
    this.#saved = load(db);
  }

  /** Settings of the running node, else of the last start in this data folder; undefined before the first one. */
  get saved(): NodeSettings | undefined {
    return this.#saved;
  }

  /** The saved settings, else the defaults. */
  get current(): NodeSettings {
    return this.#saved ?? DEFAULT_NODE_SETTINGS;
  }

  save(settings: NodeSettings): void {
    this.#saved = settings;
    const text = JSON.stringify(settings);
    if (this.#db.meta(KEY) !== text) this.#db.setMeta(KEY, text);
  }
}

function load(db: Pick<Database, 'meta'>): NodeSettings | undefined {
  const text = db.meta(KEY);
  if (text === undefined) return undefined;
  try {
    const settings = JSON.parse(text) as Readonly<Record<string, unknown>>;
    // Another version of the program can have written them.
    validateRequest('startNode', NODE_SETTINGS_FORM, settings);
    return validateNodeSettings(settings as unknown as NodeSettings);
  } catch {
    return undefined;
  }
}
