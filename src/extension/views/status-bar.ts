import * as vscode from 'vscode';
import { COMMANDS } from '../../shared/contributions.ts';
import type { ViewState } from '../../shared/contributions.ts';
import type { ReadModel } from '../model/read-model.ts';
import { countPeers } from '../ui/format.ts';
import { stateText } from '../ui/state-text.ts';

const { t } = vscode.l10n;

/** Icons accompany the text, so that neither color nor motion alone conveys the state. */
const ICONS: Record<ViewState, string> = {
  stopped: 'debug-disconnect',
  starting: 'sync~spin',
  stopping: 'sync~spin',
  restarting: 'sync~spin',
  failed: 'error',
  running: 'broadcast',
};

/** The extension's only status-bar item: the node's state and the number of peers. A click shows the status. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #model: ReadModel;
  readonly #change: vscode.Disposable;

  constructor(model: ReadModel) {
    this.#model = model;
    this.#item = vscode.window.createStatusBarItem('ggen.status', vscode.StatusBarAlignment.Left, 0);
    this.#item.name = t('Ggen');
    this.#item.command = COMMANDS.showStatus;
    this.#change = model.onDidChange(() => {
      this.#update();
    });
    this.#update();
    this.#item.show();
  }

  dispose(): void {
    this.#change.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const { state, counts, connectedPeers, failure } = this.#model;
    const text = t('Ggen: {0}', state === 'running' ? countPeers(connectedPeers.length, t) : stateText(state, t));
    const paused = this.#model.node.seedingPaused === true;
    const seeding = paused ? t('Seeding is paused: nothing is sent to other peers') : undefined;
    this.#item.text = `$(${ICONS[state]}) ${text}${paused ? ' $(debug-pause)' : ''}`;
    const spoken = seeding === undefined ? text : `${text}. ${seeding}`;
    this.#item.accessibilityInformation = { label: t('{0}. Show node status.', spoken) };
    const lines = [text];
    if (seeding !== undefined) lines.push(seeding);
    if (failure !== undefined) lines.push(failure.text);
    if (state === 'running') {
      lines.push(
        t('{0} published, {1} installed, {2} on the network', counts.published, counts.installed, counts.network),
      );
    }
    this.#item.tooltip = [...lines, t('Click to show node status')].join('\n');
  }
}
