import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { CLI_SETTINGS } from '../../../../src/cli/settings/cli-settings.ts';
import type { CliSetting } from '../../../../src/cli/settings/cli-settings.ts';
import { defaultText, describeSetting } from '../../../../src/cli/settings/setting-help.ts';

const FILE = new URL('../../../../docs/cli.md', import.meta.url);
const HEAD = '| key and flag | variable | default | |\n| --- | --- | --- | --- |\n';
/** Set to write the table again from the rows. */
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

function tableRow(setting: CliSetting): string {
  const { flag, variable, row, shownDefault } = setting;
  const usual = shownDefault ?? (defaultText(row) === '' ? 'none' : `\`${defaultText(row)}\``);
  return `| \`${flag}\` | \`${variable}\` | ${usual} | ${describeSetting(setting).replaceAll('|', '\\|')} |\n`;
}

describe('docs/cli.md', () => {
  it('has every setting with its variable, default and range', () => {
    const text = readFileSync(FILE, 'utf8');
    const start = text.indexOf(HEAD);
    const end = text.indexOf('\n\n', start) + 1;
    assert.ok(start > 0 && end > start);
    const table = HEAD + CLI_SETTINGS.map(tableRow).join('');
    if (UPDATE) writeFileSync(FILE, text.slice(0, start) + table + text.slice(end));
    else assert.equal(text.slice(start, end), table);
  });
});
