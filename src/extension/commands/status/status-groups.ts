import * as vscode from 'vscode';
import { COMMANDS } from '../../../shared/contributions.ts';
import type { EngineStatus } from '../../../shared/model.ts';
import type { Fact, FactGroup } from '../../ui/facts.ts';
import { formatBytes, formatTime } from '../../ui/format.ts';
import { taskIcon, taskLine } from '../../ui/task-text.ts';

const { t } = vscode.l10n;

/** Who is there, and what is known. */
export function networkGroups(status: EngineStatus): FactGroup[] {
  return [
    { title: t('Network'), facts: networkFacts(status) },
    { title: t('Packages'), facts: catalogueFacts(status) },
  ];
}

/** What the engine does by itself, and what it is. */
export function engineGroups(status: EngineStatus): FactGroup[] {
  return [
    { title: t('Upkeep'), facts: status.tasks.map(taskFact) },
    {
      title: t('Engine'),
      facts: [
        { label: t('Version'), value: status.version, icon: 'tag' },
        { label: t('Memory of the process'), value: formatBytes(status.memory), icon: 'server-process' },
        { label: t('Data folder'), value: status.dataDir, icon: 'folder' },
      ],
    },
  ];
}

/** That the catalogue was damaged, if it ever was: when, why, and where the old file is. */
export function rebuiltGroups({ rebuilt }: EngineStatus): FactGroup[] {
  if (rebuilt === undefined) return [];
  const at = new Date(rebuilt.at).toLocaleString(vscode.env.language);
  return [
    {
      title: t('The catalogue was damaged and begun anew'),
      facts: [
        { label: t('When'), value: at, icon: 'warning' },
        { label: t('Why'), value: rebuilt.reason, icon: 'comment' },
        { label: t('Set aside as'), value: rebuilt.setAside, icon: 'file' },
      ],
    },
  ];
}

function catalogueFacts({ counts }: EngineStatus): Fact[] {
  return [
    { label: t('Published'), value: String(counts.published), icon: 'cloud-upload' },
    { label: t('Installed'), value: String(counts.installed), icon: 'desktop-download' },
    { label: t('On the network'), value: String(counts.network), icon: 'globe' },
  ];
}

function networkFacts(status: EngineStatus): Fact[] {
  const listPeers = (): unknown => vscode.commands.executeCommand(COMMANDS.listPeers);
  return [
    { label: t('Connected peers'), value: String(status.connectedPeers), icon: 'vm-active', run: listPeers },
    { label: t('Peers that hear announcements'), value: String(status.topicPeers), icon: 'broadcast' },
    { label: t('Peers in the hash table'), value: String(status.routingTableSize), icon: 'table' },
    ...status.bootstrap.map(bootstrapFact),
  ];
}

function bootstrapFact({ address, state, error }: EngineStatus['bootstrap'][number]): Fact {
  const faces = {
    connected: { label: t('Bootstrap peer, connected'), icon: 'pass' },
    pending: { label: t('Bootstrap peer, being dialled'), icon: 'sync' },
    failed: { label: t('Bootstrap peer, not reached'), icon: 'warning' },
  };
  return { ...faces[state], value: error === undefined ? address : `${address} (${error})` };
}

function taskFact(task: EngineStatus['tasks'][number]): Fact {
  return { label: task.title, value: taskLine(task, t, time), icon: taskIcon(task) };
}

function time(at: number): string {
  return formatTime(at, Date.now(), vscode.env.language);
}
