import * as vscode from 'vscode';
import { isClockWrong } from '../../../shared/clock-text.ts';
import { COMMANDS } from '../../../shared/contributions.ts';
import type { EngineStatus } from '../../../shared/model.ts';
import { clockMessage } from '../../ui/clock-message.ts';
import type { Detail, DetailGroup } from '../../ui/details.ts';
import { formatBytes, formatTime } from '../../ui/format.ts';
import { taskIcon, taskLine } from '../../ui/task-text.ts';

const { t } = vscode.l10n;

/** Peers, packages and transfers. */
export function networkGroups(status: EngineStatus): DetailGroup[] {
  return [
    { title: t('Network'), details: networkDetails(status) },
    { title: t('Packages'), details: packageDetails(status) },
    { title: t('Transfers'), details: transferDetails(status) },
  ];
}

/** Storage, background tasks and the engine's process. */
export function engineGroups(status: EngineStatus): DetailGroup[] {
  return [
    { title: t('Storage'), details: storageDetails(status) },
    ...telemetryGroups(status),
    { title: t('Background Tasks'), details: status.tasks.map(taskDetail) },
    {
      title: t('Engine'),
      details: [
        { label: t('Version'), value: status.version, icon: 'tag' },
        { label: t('Process memory'), value: formatBytes(status.memory), icon: 'server-process' },
        { label: t('Data folder'), value: status.dataDir, icon: 'folder' },
        ...ownerDetails(status),
      ],
    },
  ];
}

/** Where traces and metrics are sent, and whether that fails; empty when they are not sent. */
function telemetryGroups({ telemetry }: EngineStatus): DetailGroup[] {
  if (telemetry === undefined) return [];
  const { endpoint, error } = telemetry;
  const details: Detail[] = [{ label: t('Endpoint'), value: endpoint, icon: 'pulse' }];
  if (error !== undefined) details.push({ label: t('Last delivery failed'), value: error, icon: 'warning' });
  return [{ title: t('Telemetry'), details }];
}

/** The process that runs the node, and the number of its clients. */
function ownerDetails({ owner }: EngineStatus): Detail[] {
  if (owner === undefined) return [];
  const { self, pid, version, clients = 0 } = owner;
  const where = self ? t('this window') : t('another window or program (process {0}, version {1})', pid, version);
  return [
    { label: t('Node running in'), value: where, icon: 'vm' },
    { label: t('Other windows and commands attached'), value: String(clients), icon: 'multiple-windows' },
  ];
}

/** Time, reason and backup file of a catalog rebuild; empty when there was none. */
export function rebuiltGroups({ rebuilt }: EngineStatus): DetailGroup[] {
  if (rebuilt === undefined) return [];
  const at = new Date(rebuilt.at).toLocaleString(vscode.env.language);
  return [
    {
      title: t('The catalog was damaged and rebuilt'),
      details: [
        { label: t('Time'), value: at, icon: 'warning' },
        { label: t('Reason'), value: rebuilt.reason, icon: 'comment' },
        { label: t('Damaged file kept as'), value: rebuilt.setAside, icon: 'file' },
      ],
    },
  ];
}

function packageDetails({ counts }: EngineStatus): Detail[] {
  return [
    { label: t('Published'), value: String(counts.published), icon: 'cloud-upload' },
    { label: t('Installed'), value: String(counts.installed), icon: 'desktop-download' },
    { label: t('On the network'), value: String(counts.network), icon: 'globe' },
  ];
}

/** Seeding and the bytes sent and fetched today that count toward the limits. */
function transferDetails({ transfers, settings }: EngineStatus): Detail[] {
  const { paused, uploadedToday, downloadedToday } = transfers;
  const limits = settings?.transfers;
  const of = (bytes: number, limit = 0): string =>
    limit === 0 ? formatBytes(bytes) : t('{0} of {1}', formatBytes(bytes), formatBytes(limit));
  const command = paused ? COMMANDS.resumeSeeding : COMMANDS.pauseSeeding;
  return [
    {
      label: paused ? t('Seeding is paused (select to resume)') : t('Seeding is on (select to pause)'),
      icon: paused ? 'debug-continue' : 'debug-pause',
      run: () => vscode.commands.executeCommand(command),
    },
    {
      label: t('Sent today (counted toward the limit)'),
      value: of(uploadedToday, limits?.uploadPerDay),
      icon: 'arrow-up',
    },
    {
      label: t('Fetched today (counted toward the limit)'),
      value: of(downloadedToday, limits?.downloadPerDay),
      icon: 'arrow-down',
    },
  ];
}

function storageDetails({ storage }: EngineStatus): Detail[] {
  const { bytes, quota, pinned, evictable, damaged } = storage;
  const run = (command: string) => (): unknown => vscode.commands.executeCommand(command);
  return [
    {
      label: t('Stored'),
      value: t('{0} of {1}', formatBytes(bytes), formatBytes(quota)),
      icon: 'database',
      run: run(COMMANDS.cleanUpStorage),
    },
    { label: t('Published, installed, or kept offline'), value: formatBytes(pinned), icon: 'pinned' },
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

function networkDetails(status: EngineStatus): Detail[] {
  const listPeers = (): unknown => vscode.commands.executeCommand(COMMANDS.listPeers);
  return [
    { label: t('Connected peers'), value: String(status.connectedPeers), icon: 'vm-active', run: listPeers },
    { label: t('Peers subscribed to announcements'), value: String(status.topicPeers), icon: 'broadcast' },
    { label: t('Peers in the DHT routing table'), value: String(status.routingTableSize), icon: 'table' },
    ...clockDetails(status),
    ...status.bootstrap.map(bootstrapDetail),
  ];
}

function clockDetails({ clock }: EngineStatus): Detail[] {
  if (clock === undefined) return [];
  return [{ label: t('Clock'), value: clockMessage(clock, t), icon: isClockWrong(clock) ? 'warning' : 'watch' }];
}

function bootstrapDetail({ address, state, error }: EngineStatus['bootstrap'][number]): Detail {
  const labels = {
    connected: { label: t('Bootstrap peer, connected'), icon: 'pass' },
    pending: { label: t('Bootstrap peer, dialing'), icon: 'sync' },
    failed: { label: t('Bootstrap peer, unreachable'), icon: 'warning' },
  };
  return { ...labels[state], value: error === undefined ? address : `${address} (${error})` };
}

function taskDetail(task: EngineStatus['tasks'][number]): Detail {
  return { label: task.title, value: taskLine(task, t, time), icon: taskIcon(task) };
}

function time(at: number): string {
  return formatTime(at, Date.now(), vscode.env.language);
}
