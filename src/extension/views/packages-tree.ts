import * as vscode from 'vscode';
import { distTagsAt } from '../ui/dist-tags.ts';
import { errorText } from '../ui/error-text.ts';
import type { PackageSection } from '../../shared/model.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import type { ReadModel } from '../model/read-model.ts';
import type { MoreNode, PackageNode, PackagesNode, ReleaseNode, SectionNode } from './package-nodes.ts';
import { packagesItem } from './package-items.ts';
import { packageTooltip } from './package-tooltip.ts';

/** Packages per page of a section. */
export const PACKAGES_PAGE_SIZE = 50;
/** Maximum page size of `listPackages`. */
const MAX_PAGE_SIZE = 1_000;
const READ_TIMEOUT_MS = 10_000;
const SECTIONS: readonly PackageSection[] = ['published', 'installed', 'network'];

/** The Packages view: three sections with their packages, page by page, and the releases of each package. */
export class PackagesTree implements vscode.TreeDataProvider<PackagesNode>, vscode.Disposable {
  readonly #client: EngineClient;
  readonly #model: ReadModel;
  readonly #change = new vscode.EventEmitter<undefined>();
  readonly #modelChange: vscode.Disposable;
  /** Number of packages to show in each section; a page when absent. */
  readonly #shown = new Map<PackageSection, number>();
  #seen = '';

  readonly onDidChangeTreeData = this.#change.event;

  constructor(client: EngineClient, model: ReadModel) {
    this.#client = client;
    this.#model = model;
    this.#modelChange = model.onDidChange(() => {
      this.#refreshIfChanged();
    });
  }

  getTreeItem(node: PackagesNode): vscode.TreeItem {
    return packagesItem(node);
  }

  /** VS Code calls this when an item is hovered, so that tooltips are not built for a whole list. */
  resolveTreeItem(item: vscode.TreeItem, node: PackagesNode): vscode.TreeItem {
    if (node.kind === 'package') item.tooltip = packageTooltip(node.summary);
    return item;
  }

  async getChildren(node?: PackagesNode): Promise<PackagesNode[]> {
    try {
      switch (node?.kind) {
        case undefined:
          return this.#sections();
        case 'section':
          return await this.#packages(node);
        case 'package':
          return await this.#releases(node);
        case 'release':
        case 'more':
        case 'error':
          return [];
      }
    } catch (error) {
      return [{ kind: 'error', message: errorText(error, vscode.l10n.t)?.message ?? '' }];
    }
  }

  loadMore(node: MoreNode): void {
    this.#shown.set(node.section, this.#shownOf(node.section) + PACKAGES_PAGE_SIZE);
    this.#change.fire(undefined);
  }

  dispose(): void {
    this.#modelChange.dispose();
    this.#change.dispose();
  }

  /** Empty while there are no packages, so that VS Code shows the view's welcome text. */
  #sections(): SectionNode[] {
    const { counts } = this.#model;
    if (this.#client.current === undefined || SECTIONS.every((section) => counts[section] === 0)) return [];
    return SECTIONS.map((section) => ({ kind: 'section', section, count: counts[section] }));
  }

  async #packages({ section }: SectionNode): Promise<PackagesNode[]> {
    const engine = await this.#client.engine();
    const packages: PackageNode[] = [];
    const shown = this.#shownOf(section);
    let total = Infinity;
    while (packages.length < Math.min(shown, total)) {
      const request = { section, offset: packages.length, limit: Math.min(shown - packages.length, MAX_PAGE_SIZE) };
      const page = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) =>
        engine.listPackages(request, { signal }),
      );
      total = page.total;
      if (page.packages.length === 0) break;
      packages.push(...page.packages.map((summary): PackageNode => ({ kind: 'package', section, summary })));
    }
    const remaining = total - packages.length;
    return remaining > 0 && packages.length > 0 ? [...packages, { kind: 'more', section, remaining }] : packages;
  }

  async #releases({ section, summary }: PackageNode): Promise<ReleaseNode[]> {
    const engine = await this.#client.engine();
    const found = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) =>
      engine.getPackage({ id: summary.id }, { signal }),
    );
    return found.releases.toReversed().map((release) => ({
      kind: 'release',
      section,
      summary,
      release,
      distTags: distTagsAt(found, release.version),
    }));
  }

  #shownOf(section: PackageSection): number {
    return this.#shown.get(section) ?? PACKAGES_PAGE_SIZE;
  }

  /** Reload only when packages or the state changed: the model also fires when peers connect and disconnect. */
  #refreshIfChanged(): void {
    const seen = `${this.#model.state} ${this.#model.packagesVersion}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#change.fire(undefined);
  }
}
