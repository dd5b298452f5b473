import * as vscode from 'vscode';
import { COMMANDS } from '../../../shared/contributions.ts';
import type { PackageSummary, SearchResults } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { errorText } from '../../ui/error-text.ts';
import type { ResultItem } from './result-items.ts';
import { BUTTONS, failedNote, resultItems } from './result-items.ts';
import { SearchSession } from './search-session.ts';

const { t } = vscode.l10n;
const LIMIT = 50;

/** Let the user find a package, here and on the network; undefined when they leave. */
export async function pickPackage(services: Services, title: string): Promise<PackageSummary | undefined> {
  const picker = new PackagePicker(services, title);
  try {
    return await picker.run();
  } finally {
    picker.dispose();
  }
}

/** The quick pick that fills while one types. */
class PackagePicker {
  readonly #services: Services;
  readonly #pick = vscode.window.createQuickPick<ResultItem>();
  readonly #session: SearchSession;
  #answered: (summary: PackageSummary | undefined) => void = () => undefined;

  constructor(services: Services, title: string) {
    this.#services = services;
    this.#pick.title = title;
    this.#pick.placeholder = t('Name, words or tags of a package');
    this.#pick.matchOnDescription = false;
    this.#pick.keepScrollPosition = true;
    this.#session = new SearchSession(
      async (query, options) => {
        const engine = await services.host.engine();
        const scope = services.model.state === 'running' ? 'network' : 'local';
        return await engine.search({ ...query, scope, limit: LIMIT }, options);
      },
      {
        busy: (busy) => {
          this.#pick.busy = busy;
        },
        show: (text, results, final) => {
          this.#show(text, results, final);
        },
        fail: (_text, error) => {
          this.#pick.items = [failedNote(errorText(error, t)?.message ?? '')];
        },
      },
    );
  }

  run(): Promise<PackageSummary | undefined> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#pick.onDidChangeValue((text) => {
        this.#session.input(text);
      });
      this.#pick.onDidAccept(() => void this.#accept());
      this.#pick.onDidTriggerItemButton(({ item, button }) => void this.#press(item, button));
      this.#pick.onDidHide(() => {
        resolve(undefined);
      });
      this.#pick.show();
      this.#session.input('', true);
    });
  }

  dispose(): void {
    this.#session.dispose();
    this.#pick.dispose();
  }

  /** Replace the list; what was active stays so, wherever the new answer ranks it. */
  #show(text: string, results: SearchResults, final: boolean): void {
    const before = this.#pick.activeItems[0];
    const { state, connectedPeers } = this.#services.model;
    this.#pick.items = resultItems(text, results, { state, peers: connectedPeers.length, final });
    const id = before !== undefined && 'summary' in before ? before.summary.id : undefined;
    const same = this.#pick.items.find((item) => 'summary' in item && item.summary.id === id);
    if (same !== undefined) this.#pick.activeItems = [same];
  }

  async #accept(): Promise<void> {
    const [item] = this.#pick.selectedItems;
    if (item === undefined) return;
    if ('summary' in item) {
      this.#answered(item.summary);
    } else if (item.next === COMMANDS.startNode) {
      await vscode.commands.executeCommand(item.next);
      this.#session.input(this.#pick.value, true);
    } else if (item.next !== undefined) {
      this.#answered(undefined);
      await vscode.commands.executeCommand(item.next);
    }
  }

  async #press(item: ResultItem, button: vscode.QuickInputButton): Promise<void> {
    if (!('summary' in item)) return;
    if (button === BUTTONS.install) {
      this.#answered(item.summary);
    } else {
      await vscode.env.clipboard.writeText(item.summary.id);
      vscode.window.setStatusBarMessage(`$(check) ${t('Package id copied')}`, 3_000);
    }
  }
}
