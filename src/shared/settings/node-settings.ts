import { isTransferSetting, NODE_SETTING_NAMES, settingRow } from './rows.ts';
import type { SettingName } from './rows.ts';
import type { NODE_ROWS } from './node-rows.ts';
import type { SettingRow, ValueOf } from './setting-row.ts';
import type { TRANSFER_ROWS } from './transfer-rows.ts';

type Rows = Readonly<Record<string, SettingRow>>;
type RequiredValues<Table extends Rows> = {
  readonly [Name in keyof Table as Table[Name] extends { readonly optional: true } ? never : Name]: ValueOf<
    Table[Name]
  >;
};
type OptionalValues<Table extends Rows> = {
  readonly [Name in keyof Table as Table[Name] extends { readonly optional: true } ? Name : never]?: ValueOf<
    Table[Name]
  >;
};

/** How much of packages may be sent and received: the fields are the rows of `TRANSFER_ROWS`. 0 is no limit. */
export type TransferSettings = RequiredValues<typeof TRANSFER_ROWS>;

/** What a node is started with: the fields are the rows of `NODE_ROWS`, in their units. */
export type NodeSettings = RequiredValues<typeof NODE_ROWS> &
  OptionalValues<typeof NODE_ROWS> & { readonly transfers: TransferSettings };

/**
 * Settings from the value of each row, in the row's unit. A value that is undefined stands for the default.
 *
 * @param valueOf gives a value that fits the row: nothing is checked here
 */
export function nodeSettings(valueOf: (name: SettingName) => unknown): NodeSettings {
  const fields: Record<string, unknown> = {};
  const transfers: Record<string, unknown> = {};
  for (const name of NODE_SETTING_NAMES) {
    const row = settingRow(name);
    const value = valueOf(name) ?? row.default;
    if (row.optional === true && (value === undefined || value === row.default)) continue;
    (isTransferSetting(name) ? transfers : fields)[name] = value;
  }
  return { ...fields, transfers } as unknown as NodeSettings;
}

/** Value of one row in the settings of a node; undefined where it is left out. */
export function nodeSettingValue(settings: NodeSettings, name: SettingName): unknown {
  const fields: Readonly<Record<string, unknown>> = settings;
  const transfers = fields['transfers'] as Readonly<Record<string, unknown>> | undefined;
  return isTransferSetting(name) ? transfers?.[name] : fields[name];
}

/** Form of a field as `request-form.ts` has it. */
type FieldForm = 'text' | 'text?' | 'texts' | 'number' | 'flag' | 'map' | 'map?';

const FIELD_FORMS: Readonly<Record<SettingRow['kind'], FieldForm>> = {
  boolean: 'flag',
  choice: 'text',
  location: 'map?',
  number: 'number',
  path: 'text',
  text: 'text',
  texts: 'texts',
  url: 'text?',
};

/** Form of `NodeSettings` as a request: the types of its fields. What values they may have, `settingProblem` checks. */
export function nodeSettingsForm(): Readonly<Record<keyof NodeSettings, FieldForm>> {
  const names = NODE_SETTING_NAMES.filter((name) => !isTransferSetting(name));
  const fields = Object.fromEntries(names.map((name) => [name, FIELD_FORMS[settingRow(name).kind]]));
  return { ...fields, transfers: 'map' } as Readonly<Record<keyof NodeSettings, FieldForm>>;
}

/** What a node works with unless something else is chosen. */
export const DEFAULT_NODE_SETTINGS = nodeSettings(() => undefined);

/** Whether a running node has to be composed again to work with other settings. */
export function needsRestart(running: NodeSettings, next: NodeSettings): boolean {
  const restarting = NODE_SETTING_NAMES.filter((name) => settingRow(name).restart === true);
  const composed = (settings: NodeSettings): string =>
    JSON.stringify(restarting.map((name) => nodeSettingValue(settings, name)));
  return composed(running) !== composed(next);
}
