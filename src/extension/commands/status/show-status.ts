import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../../../shared/contributions.ts';
import type { EngineStatus } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import type { Detail } from '../../ui/details.ts';
import { addressDetail, showDetails } from '../../ui/details.ts';
import { stateText } from '../../ui/state-text.ts';
import { engineGroups, networkGroups, rebuiltGroups } from './status-groups.ts';

const { t } = vscode.l10n;
const STATUS_TIMEOUT_MS = 5_000;

/** Show the state of the node and the engine, with values to copy and actions. */
export async function showStatus(services: Services): Promise<void> {
  const engine = services.client.current;
  const status =
    engine && (await callWithTimeout(STATUS_TIMEOUT_MS, undefined, (signal) => engine.status({}, { signal })));
  await showDetails(t('Ggen: Status'), [
    { title: t('Node'), details: nodeDetails(services, status) },
    ...(status === undefined ? [] : [...rebuiltGroups(status), ...networkGroups(status)]),
    { title: t('Actions'), details: actions(services) },
    ...(status === undefined ? [] : engineGroups(status)),
  ]);
}

function nodeDetails({ model }: Services, status: EngineStatus | undefined): Detail[] {
  const { state, failure } = model;
  const { peerId, addresses = [], startedAt } = status?.node ?? {};
  return [
    { label: t('State'), value: stateText(state, t), icon: state === 'failed' ? 'error' : 'pulse' },
    ...(failure === undefined ? [] : [{ label: t('Reason'), value: failure.text, icon: 'warning' }]),
    ...(peerId === undefined ? [] : [{ label: t('Peer ID'), value: peerId, icon: 'key' }]),
    ...addresses.map(addressDetail),
    ...(startedAt === undefined ? [] : [{ label: t('Running since'), value: dateTime(startedAt), icon: 'clock' }]),
  ];
}

function actions({ model }: Services): Detail[] {
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
    { label: t('Connect to Peer…'), icon: 'add', run: run(COMMANDS.connectToPeer) },
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
