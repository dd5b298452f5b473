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
    { title: t('Transfers'), facts: transferFacts(status) },
  ];
}

/** What the engine does by itself, and what it is. */
export function engineGroups(status: EngineStatus): FactGroup[] {
  return [
    { title: t('Stored packages'), facts: storageFacts(status) },
    { title: t('Upkeep'), facts: status.tasks.map(taskFact) },
    {
      title: t('Engine'),
      facts: [
        { label: t('Version'), value: status.version, icon: 'tag' },
        { label: t('Memory of the process'), value: formatBytes(status.memory), icon: 'server-process' },
        { label: t('Data folder'), value: status.dataDir, icon: 'folder' },
        ...ownerFacts(status),
      ],
    },
  ];
}

/** Which process runs the node, and who shares it. */
function ownerFacts({ owner }: EngineStatus): Fact[] {
  if (owner === undefined) return [];
  const { self, pid, version, clients = 0 } = owner;
  const where = self ? t('this window') : t('another window or program (process {0}, version {1})', pid, version);
  return [
    { label: t('The node runs in'), value: where, icon: 'vm' },
    { label: t('Other windows and commands that share it'), value: String(clients), icon: 'multiple-windows' },
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

/** What goes to others and comes from them; bytes as far as limits count them. */
function transferFacts({ transfers, settings }: EngineStatus): Fact[] {
  const { paused, sentToday, receivedToday } = transfers;
  const limits = settings?.transfers;
  const of = (bytes: number, limit = 0): string =>
    limit === 0 ? formatBytes(bytes) : t('{0} of {1}', formatBytes(bytes), formatBytes(limit));
  const command = paused ? COMMANDS.resumeSeeding : COMMANDS.pauseSeeding;
  return [
    {
      label: paused ? t('Seeding is paused: choose to resume it') : t('Seeding: choose to pause it'),
      icon: paused ? 'debug-continue' : 'debug-pause',
      run: () => vscode.commands.executeCommand(command),
    },
    { label: t('Sent today, counted'), value: of(sentToday, limits?.sendPerDay), icon: 'arrow-up' },
    { label: t('Fetched today, counted'), value: of(receivedToday, limits?.receivePerDay), icon: 'arrow-down' },
  ];
}

function storageFacts({ storage }: EngineStatus): Fact[] {
  const { bytes, quota, pinned, evictable, damaged } = storage;
  const run = (command: string) => (): unknown => vscode.commands.executeCommand(command);
  return [
    {
      label: t('Stored'),
      value: t('{0} of at most {1}', formatBytes(bytes), formatBytes(quota)),
      icon: 'database',
      run: run(COMMANDS.cleanUpStorage),
    },
    { label: t('Published, installed or kept offline'), value: formatBytes(pinned), icon: 'pinned' },
    { label: t('Removed when space is needed'), value: formatBytes(evictable), icon: 'trash' },
    ...(damaged === 0
      ? []
      : [
          {
            label: t('Damaged blocks to repair'),
            value: String(damaged),
            icon: 'warning',
            run: run(COMMANDS.verifyStorage),
          },
        ]),
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
