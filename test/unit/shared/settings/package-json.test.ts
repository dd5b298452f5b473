import assert from 'node:assert/strict';
import packageJson from '../../../../package.json' with { type: 'json' };
import texts from '../../../../package.nls.json' with { type: 'json' };
import { SETTING_NAMES, settingRow } from '../../../../src/shared/settings/rows.ts';
import type { ItemKind, NumberRow, SettingRow } from '../../../../src/shared/settings/setting-row.ts';

type Schema = Readonly<Record<string, unknown>>;

const ITEM_PATTERNS: Partial<Record<ItemKind, string>> = {
  'listen-address': '^/(ip4|ip6|dns|dns4|dns6)/[^/]+/tcp/[0-9]+$',
  'peer-address': '^/(ip4|ip6|dns|dns4|dns6)/[^/]+/tcp/[0-9]+/p2p/[A-Za-z0-9]+$',
};
const properties: Readonly<Record<string, Schema>> = packageJson.contributes.configuration.properties;

/** The schema of a row's value, as VS Code has to know it, in the unit of the setting. */
function valueSchema(row: SettingRow, text: string, factor: number): Schema {
  switch (row.kind) {
    case 'boolean':
      return { type: 'boolean', default: row.default };
    case 'path':
      return { type: 'string', default: row.default };
    case 'text':
      return { type: 'string', default: row.default, maxLength: row.maxLength };
    case 'url':
      return { type: 'string', default: row.default, pattern: '^(https?://.+)?$' };
    case 'choice':
      return {
        type: 'string',
        enum: row.choices,
        enumDescriptions: row.choices.map((choice) => `%${text}.${choice}%`),
        default: row.default,
      };
    case 'texts':
      return {
        type: 'array',
        items: { type: 'string', pattern: ITEM_PATTERNS[row.items], patternErrorMessage: `%${text}.pattern%` },
        uniqueItems: true,
        default: row.default,
      };
    case 'number':
      return numberSchema(row, factor);
    case 'location':
      return locationSchema(text, row.maxRegionLength);
  }
}

function numberSchema({ min, max, integer, zeroIsUnlimited, default: usual, unit }: NumberRow, factor: number): Schema {
  return {
    // A whole number of bytes may be a fraction of the setting's unit.
    type: integer === true && (unit === 'count' || min % factor === 0) ? 'integer' : 'number',
    minimum: zeroIsUnlimited === true ? 0 : Number((min / factor).toPrecision(3)),
    maximum: max / factor,
    default: usual / factor,
  };
}

function locationSchema(text: string, maxLength: number): Schema {
  const degrees = (name: string, max: number): Schema => ({
    type: 'number',
    minimum: -max,
    maximum: max,
    markdownDescription: `%${text}.${name}%`,
  });
  return {
    type: ['object', 'null'],
    properties: {
      latitude: degrees('latitude', 90),
      longitude: degrees('longitude', 180),
      region: { type: 'string', maxLength, markdownDescription: `%${text}.region%` },
    },
    required: ['latitude', 'longitude'],
    additionalProperties: false,
    default: null,
  };
}

describe('the settings of package.json', () => {
  const rows = SETTING_NAMES.map((name) => settingRow(name)).filter(({ editor }) => editor !== undefined);

  it('are those of the rows', () => {
    const keys = rows.map(({ editor }) => `ggen.${editor!.key}`);
    assert.deepEqual(Object.keys(properties).toSorted(), keys.toSorted());
  });

  for (const row of rows) {
    const { key, factor = 1 } = row.editor!;
    it(`have type, range, unit, default and scope of the row ${key}`, () => {
      const { order, ...schema } = properties[`ggen.${key}`]!;
      assert.equal(typeof order, 'number');
      const text = `setting.${key}`;
      const expected = { ...valueSchema(row, text, factor), scope: 'machine', markdownDescription: `%${text}%` };
      // Through JSON, as package.json is: what is undefined is left out.
      assert.deepEqual(schema, JSON.parse(JSON.stringify(expected)));
    });
  }

  it('state a range in their texts as their rows do', () => {
    const text = (key: string): string => (texts as Readonly<Record<string, string>>)[`setting.${key}`]!;
    for (const { kind, editor, ...row } of rows) {
      const range = /from ([\d.]+) to ([\d.]+)/.exec(text(editor!.key));
      if (range === null || kind !== 'number') continue;
      const { factor = 1 } = editor!;
      const { min, max } = row as NumberRow;
      assert.deepEqual([Number(range[1]) * factor, Number(range[2]!.replace(/\.$/, '')) * factor], [min, max]);
    }
  });

  it('stand in a definite order', () => {
    const orders = Object.values(properties).map(({ order }) => order);
    assert.equal(new Set(orders).size, orders.length);
  });
});
