import * as vscode from 'vscode';
import type { CallOptions } from '../../../shared/api/index.ts';
import type { ClockComparison, PackageSummary, SearchResults } from '../../../shared/model.ts';
import { isAbort } from '../../../shared/errors.ts';
import type { Services } from '../../services.ts';
import type { PackageNode } from '../../views/package-nodes.ts';
import { errorText } from '../../ui/error-text.ts';
import { searchStatusText } from './search-status-text.ts';
import { parseQueryText } from '../../../shared/query-text.ts';
import { refineSearch } from './refine.ts';
import type { NoteItem, ResultItem } from './result-items.ts';
import { BUTTONS, failedNote, resultItems } from './result-items.ts';
import { SEARCH_PAGE_SIZE, ResultPages } from './result-pages.ts';
import { SearchSession } from './search-session.ts';
import { COMMANDS } from '../../../shared/contributions.ts';

const { t } = vscode.l10n;

/** Let the user search a package locally and on the network; undefined when the user cancels. */
export async function pickPackage(services: Services, title: string): Promise<PackageSummary | undefined> {
  const picker = new PackagePicker(services, title);
  try {
    return await picker.run();
  } finally {
    picker.dispose();
  }
}

/** A quick pick that updates its results while the user types. */
class PackagePicker {
  readonly #services: Services;
  readonly #pick = vscode.window.createQuickPick<ResultItem>();
  readonly #session: SearchSession;
  #pages = new ResultPages();
  /** This machine's clock compared with those of peers, once a search found nothing. */
  #clock: ClockComparison | undefined;
  #more: AbortController | undefined;
  /** Whether the list of filters is shown instead of this quick pick. */
  #filtersOpen = false;
  #resolvePick: (summary: PackageSummary | undefined) => void = () => undefined;

  constructor(services: Services, title: string) {
    this.#services = services;
    this.#pick.title = title;
    this.#pick.placeholder = t(
      'Search by name, keyword, or tag, or use filters such as tag:web, license:MIT, version:^1, sort:updated',
    );
    this.#pick.buttons = [BUTTONS.refine];
    this.#pick.matchOnDescription = false;
    this.#pick.keepScrollPosition = true;
    this.#session = new SearchSession(({ text }, options) => this.#search(text, 0, options), {
      busy: (busy) => {
        this.#pick.busy = busy;
      },
      show: (text, results, final) => {
        this.#pages.first(results);
        this.#show(text, final);
        if (final && results.packages.length === 0) void this.#readClock(text);
      },
      fail: (_text, error) => {
        this.#fail(error);
      },
    });
  }

  run(): Promise<PackageSummary | undefined> {
    return new Promise((resolve) => {
      this.#resolvePick = resolve;
      this.#pick.onDidChangeValue((text) => {
        this.#startSearch(text);
      });
      this.#pick.onDidAccept(() => void this.#accept());
      this.#pick.onDidTriggerButton(() => void this.#refine());
      this.#pick.onDidTriggerItemButton(({ item, button }) => void this.#onItemButton(item, button));
      this.#pick.onDidHide(() => {
        if (!this.#filtersOpen) resolve(undefined);
      });
      this.#pick.show();
      this.#startSearch('', true);
    });
  }

  dispose(): void {
    this.#more?.abort();
    this.#session.dispose();
    this.#pick.dispose();
  }

  #startSearch(text: string, now = false): void {
    this.#more?.abort();
    this.#pages = new ResultPages();
    this.#session.input(text, now);
  }

  async #search(text: string, offset: number, options: CallOptions<SearchResults>): Promise<SearchResults> {
    const engine = await this.#services.client.engine();
    const scope = this.#services.model.state === 'running' ? 'network' : 'local';
    return await engine.search({ ...parseQueryText(text).query, scope, limit: SEARCH_PAGE_SIZE, offset }, options);
  }

  /** Update the items and keep the active one, even when it moves in the ranking. */
  #show(text: string, final: boolean): void {
    const { results } = this.#pages;
    if (results === undefined) return;
    const before = this.#pick.activeItems[0];
    const { state, connectedPeers } = this.#services.model;
    const more = final && this.#pages.mayHaveMore;
    this.#pick.items = resultItems(text, results, {
      state,
      peers: connectedPeers.length,
      final,
      more,
      ...(this.#clock === undefined ? {} : { clock: this.#clock }),
    });
    const { ignored } = parseQueryText(text);
    this.#pick.prompt = searchStatusText(results, { shown: results.packages.length, final, ignored }, t);
    this.#activate(before !== undefined && 'summary' in before ? before.summary.id : undefined);
  }

  /** A search that found nothing may have failed because of the clock. */
  async #readClock(text: string): Promise<void> {
    const { client } = this.#services;
    const status = await client.current?.status({}).catch(() => undefined);
    if (status?.clock === undefined || this.#pick.value.trim() !== text.trim()) return;
    this.#clock = status.clock;
    this.#show(text, true);
  }

  #activate(id: string | undefined): void {
    const same = this.#pick.items.find((item) => 'summary' in item && item.summary.id === id);
    if (same !== undefined) this.#pick.activeItems = [same];
  }

  #fail(error: unknown): void {
    this.#pick.items = [failedNote(errorText(error, t)?.message ?? '')];
    this.#pick.prompt = undefined;
  }

  async #accept(): Promise<void> {
    const [item] = this.#pick.selectedItems;
    if (item === undefined) return;
    if ('summary' in item) this.#resolvePick(item.summary);
    else await this.#runNote(item);
  }

  /** Run the next step of a note. */
  async #runNote({ next }: NoteItem): Promise<void> {
    if (next === 'more') {
      await this.#loadMore();
    } else if (next === COMMANDS.startNode) {
      await vscode.commands.executeCommand(next);
      this.#startSearch(this.#pick.value, true);
    } else if (next !== undefined) {
      this.#resolvePick(undefined);
      await vscode.commands.executeCommand(next);
    }
  }

  async #loadMore(): Promise<void> {
    const text = this.#pick.value.trim();
    const controller = new AbortController();
    this.#more?.abort();
    this.#more = controller;
    this.#pick.busy = true;
    try {
      const page = await this.#search(text, this.#pages.offset, { signal: controller.signal });
      if (controller.signal.aborted) return;
      this.#pages.add(page);
      this.#show(text, true);
      this.#activate(page.packages[0]?.id);
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) this.#fail(error);
    } finally {
      if (this.#more === controller && !controller.signal.aborted) this.#pick.busy = false;
    }
  }

  /** Show the list of filters and sort orders, then return to the results with the selected one applied. */
  async #refine(): Promise<void> {
    const text = this.#pick.value;
    this.#filtersOpen = true;
    try {
      const refined = await refineSearch(text, this.#pages.results?.facets);
      this.#pick.value = refined ?? text;
    } finally {
      this.#filtersOpen = false;
    }
    this.#pick.show();
    this.#startSearch(this.#pick.value, true);
  }

  async #onItemButton(item: ResultItem, button: vscode.QuickInputButton): Promise<void> {
    if (!('summary' in item)) return;
    if (button === BUTTONS.install) {
      this.#resolvePick(item.summary);
    } else if (button === BUTTONS.readme || button === BUTTONS.browse) {
      const node: PackageNode = { kind: 'package', section: 'network', summary: item.summary };
      this.#resolvePick(undefined);
      await vscode.commands.executeCommand(
        button === BUTTONS.readme ? COMMANDS.readReadme : COMMANDS.browseFiles,
        node,
      );
    } else {
      await vscode.env.clipboard.writeText(item.summary.id);
      vscode.window.setStatusBarMessage(`$(check) ${t('Package ID copied')}`, 3_000);
    }
  }
}
