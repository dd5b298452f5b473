import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../../../shared/contributions.ts';
import type { EngineStatus } from '../../../shared/model.ts';
import { bounded } from '../../engine/bounded.ts';
import type { Services } from '../../services.ts';
import type { Fact } from '../../ui/facts.ts';
import { addressFact, showFacts } from '../../ui/facts.ts';
import { stateText } from '../../ui/state-text.ts';
import { engineGroups, networkGroups, rebuiltGroups } from './status-groups.ts';

const { t } = vscode.l10n;
const STATUS_BOUND = 5_000;

/** The node's and the engine's state in a list to read, to copy from and to act on. */
export async function showStatus(services: Services): Promise<void> {
  const engine = services.host.current;
  const status = engine && (await bounded(STATUS_BOUND, undefined, (signal) => engine.status({}, { signal })));
  await showFacts(t('Ggen: status'), [
    { title: t('Node'), facts: nodeFacts(services, status) },
    ...(status === undefined ? [] : [...rebuiltGroups(status), ...networkGroups(status)]),
    { title: t('Actions'), facts: actions(services) },
    ...(status === undefined ? [] : engineGroups(status)),
  ]);
}

function nodeFacts({ model }: Services, status: EngineStatus | undefined): Fact[] {
  const { state, failure } = model;
  const { peerId, addresses = [], startedAt } = status?.node ?? {};
  return [
    { label: t('State'), value: stateText(state, t), icon: state === 'failed' ? 'error' : 'pulse' },
    ...(failure === undefined ? [] : [{ label: t('Reason'), value: failure.text, icon: 'warning' }]),
    ...(peerId === undefined ? [] : [{ label: t('Peer id'), value: peerId, icon: 'key' }]),
    ...addresses.map(addressFact),
    ...(startedAt === undefined ? [] : [{ label: t('Running since'), value: dateTime(startedAt), icon: 'clock' }]),
  ];
}

function actions({ model }: Services): Fact[] {
  const running = model.state === 'running';
  return [
    ...(running
      ? [
          { label: t('Copy Peer Address'), icon: 'copy', run: run(COMMANDS.copyPeerAddress) },
          { label: t('Stop Node'), icon: 'debug-stop', run: run(COMMANDS.stopNode) },
          { label: t('Restart Node'), icon: 'debug-restart', run: run(COMMANDS.restartNode) },
        ]
      : [
          {
            label: t('Start Node'),
            icon: 'debug-start',
            run: run(model.state === 'failed' ? COMMANDS.restartNode : COMMANDS.startNode),
          },
        ]),
    { label: t('Add Bootstrap Peer'), icon: 'add', run: run(COMMANDS.addBootstrapPeer) },
    { label: t('Clean Up Storage'), icon: 'trash', run: run(COMMANDS.cleanUpStorage) },
    { label: t('Verify Storage'), icon: 'verified', run: run(COMMANDS.verifyStorage) },
    {
      label: t('Open Settings'),
      icon: 'settings-gear',
      run: run('workbench.action.openSettings', `${SETTINGS_SECTION}.`),
    },
    { label: t('Show Log'), icon: 'output', run: run(COMMANDS.showLog) },
  ];
}

function run(command: string, ...args: unknown[]): () => unknown {
  return () => vscode.commands.executeCommand(command, ...args);
}

function dateTime(time: number): string {
  return new Date(time).toLocaleString(vscode.env.language);
}
