import assert from 'node:assert/strict';
import { packageItem } from '../../../src/extension/commands/search/result-items.ts';
import { packagesItem } from '../../../src/extension/views/package-items.ts';
import { packageTooltip } from '../../../src/extension/views/package-tooltip.ts';
import type { PackageSummary } from '../../../src/shared/model.ts';

const EVIL =
  '[Update](command:workbench.action.quit) ![x](https://evil.example/x.png) $(verified) <b>b</b> www.evil.example';

const SUMMARY: PackageSummary = {
  id: 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK/evil',
  publisher: 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  name: 'evil',
  title: EVIL,
  description: `${EVIL}\n# Heading\u202e`,
  license: EVIL,
  categories: [EVIL],
  tags: [EVIL],
  latest: '1.0.0',
  versions: 1,
  size: 1,
  updated: 0,
  published: false,
  installed: [],
  providers: 0,
  equivocation: false,
};

describe('untrusted text from packages', () => {
  it('is rendered as plain text in a tooltip', () => {
    const markdown = packageTooltip({ ...SUMMARY, equivocation: true });
    assert.ok(markdown.isTrusted !== true);
    assert.ok(markdown.supportHtml !== true && markdown.supportThemeIcons !== true);
    assert.doesNotMatch(markdown.value, /(?<!\\)\]\s*\(|(?<!\\)!\[|:\/\/|www\.evil|<b>|\n#/);
  });

  it('cannot render icons or change the direction of a line', () => {
    const tree = packagesItem({ kind: 'package', section: 'network', summary: SUMMARY });
    const pick = packageItem(SUMMARY);
    for (const text of [tree.description, tree.accessibilityInformation?.label, pick.description, pick.detail]) {
      assert.doesNotMatch(String(text), /\$\(|\u202e|\n/);
    }
  });

  it('cannot add to the context values that menus depend on', () => {
    const release = {
      version: '1.0.0 own yanked',
      root: 'own',
      size: 1,
      files: 1,
      kind: 'gpack',
      dependencies: [],
      published: 0,
      yanked: false,
    } as const;
    const item = packagesItem({ kind: 'release', section: 'network', summary: SUMMARY, release, distTags: ['own'] });
    assert.equal(item.contextValue, 'release installable');
  });
});
