import { clockText, isClockWrong } from '../../shared/clock-text.ts';
import type { EngineStatus } from '../../shared/model.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import type { View } from '../output/console.ts';
import type { DetailRow } from '../output/table.ts';
import { details, table } from '../output/table.ts';
import { bytes, duration, isoTime } from '../output/units.ts';
import { sendControlRequest } from '../service/control.ts';
import { withSession } from '../session/session.ts';
import { VERSION } from '../version.ts';
import type { ResolvedSetting, Settings } from '../settings/settings.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { statusOutput } from '../service/status-output.ts';

/** Kind of the process that runs the node. `other`: a window or a command. */
type Runner = 'peer' | 'other' | null;

export const status: CommandSpec = {
  name: 'status',
  summary: 'Show the state of the node, and where each setting comes from',
  reads: true,
  options: [
    { long: 'verbose', short: 'v', help: 'also show background tasks, and where each setting comes from' },
    ...LOCAL_OPTIONS,
  ],
  notes: 'Exits with code 6 if no node is running. With --format json or yaml, prints all details.',
  examples: ['ggen-p2p status', 'ggen-p2p status --verbose', 'ggen-p2p status --format json'],
  run: async (context) => {
    context.flags.noOperands('status');
    const options = await sessionOptions(context, 'none');
    const { settings } = options;
    return withSession(options, async ({ engine, attached }, signal) => {
      const current = await engine.status({}, { signal });
      // Of a folder that cannot be written, the engine reads a copy.
      const found = attached ? current : { ...current, dataDir: settings.dataDir };
      const runner: Runner = attached
        ? (await sendControlRequest(settings.dataDir, 'state')) === undefined
          ? 'other'
          : 'peer'
        : null;
      const running = attached && found.node.state === 'running';
      const output = {
        ...statusOutput(found),
        // These describe this command, not a process that runs the node.
        ...(attached ? {} : { running: false, pid: null, clients: null, memory_bytes: null }),
        runner,
        tasks: found.tasks.map(({ name, title, running: busy, result, detail, lastRun, next }) => ({
          name,
          title,
          running: busy,
          result: result ?? null,
          detail: detail ?? null,
          last_run: isoTime(lastRun),
          next_run: isoTime(next),
        })),
        configuration_file: settings.file,
        configuration: settings.all.map(settingOutput),
      };
      context.console.result(output, (view) =>
        formatStatus(found, runner, settings, context.flags.isEnabled('verbose'), view),
      );
      return running ? EXIT.done : EXIT.noNode;
    });
  },
};

function settingOutput({ key, value, source, origin }: ResolvedSetting): Readonly<Record<string, unknown>> {
  return { key, value, source, origin: origin ?? null };
}

function formatStatus(found: EngineStatus, runner: Runner, settings: Settings, verbose: boolean, view: View): string {
  const parts = [details(runner === null ? stoppedDetails(found, view) : runningDetails(found, runner, view), view)];
  if (verbose) {
    if (found.tasks.length > 0 && runner !== null) {
      const rows = found.tasks.map(({ title, running, result, detail }) => [
        title,
        running ? 'running' : (result ?? '-'),
        detail ?? '',
      ]);
      parts.push(
        table(
          [{ title: 'BACKGROUND TASK', shrinks: true }, { title: 'LAST' }, { title: 'RESULT', shrinks: true }],
          rows,
          view,
        ),
      );
    }
    parts.push(configurationTable(settings, view));
  }
  return parts.join('\n\n');
}

function stoppedDetails({ counts, dataDir }: EngineStatus, view: View): DetailRow[] {
  return [
    ['node', "not running; start it with 'ggen-p2p start'", view.warn],
    ['packages', `${counts.published} published, ${counts.installed} installed, ${counts.network} on the network`],
    ['data', dataDir],
    ['version', VERSION],
  ];
}

function runningDetails(found: EngineStatus, runner: Runner, view: View): DetailRow[] {
  const { node, owner, counts } = found;
  const runnerText = runner === 'peer' ? 'a command-line peer' : 'a VS Code window or a command';
  const uptime = node.startedAt === undefined ? '' : ` for ${duration(Date.now() - node.startedAt)}`;
  const color = node.state === 'running' ? view.success : view.warn;
  return [
    ['node', `${node.state}${uptime}${node.error === undefined ? '' : ` (${node.error})`}`, color],
    ['process', `${owner?.pid ?? '?'}, ${runnerText}; ${owner?.clients ?? 0} attached`],
    ['version', found.version],
    ['peer ID', node.peerId ?? '-'],
    ...node.addresses.map((address, index) => [index === 0 ? 'addresses' : '', address] as const),
    [
      'peers',
      `${found.connectedPeers} connected, ${found.routingTableSize} in the DHT routing table, ${found.topicPeers} subscribed to announcements`,
    ],
    ...(found.clock === undefined || !isClockWrong(found.clock)
      ? []
      : [['clock', clockText(found.clock), view.warn] as const]),
    ...found.bootstrap.map(
      ({ address, state, error }) =>
        ['bootstrap', `${state} ${address}${error === undefined ? '' : `: ${error}`}`] as const,
    ),
    ['packages', `${counts.published} published, ${counts.installed} installed, ${counts.network} on the network`],
    ...telemetryDetails(found, view),
    ['stored', `${bytes(found.storage.bytes)} of ${bytes(found.storage.quota)}`],
    ['memory', bytes(found.memory)],
    ['data', found.dataDir],
  ];
}

function telemetryDetails({ telemetry }: EngineStatus, view: View): DetailRow[] {
  if (telemetry === undefined) return [];
  const { endpoint, error } = telemetry;
  return error === undefined
    ? [['telemetry', `sent to ${endpoint}`]]
    : [['telemetry', `cannot be sent to ${endpoint}: ${error}`, view.warn]];
}

/** Settings that a command or peer uses when it starts now, with their sources. */
function configurationTable({ all, file }: Settings, view: View): string {
  const rows = all.map(({ key, value, source, origin }) => [
    key,
    Array.isArray(value) ? value.join(', ') : String(value),
    source,
    origin ?? '',
  ]);
  const columns = [
    { title: 'SETTING' },
    { title: 'VALUE', shrinks: true },
    { title: 'FROM' },
    { title: '', shrinks: true },
  ];
  return `${table(columns, rows, view)}\n${view.dim(`Precedence: flag, environment, file, default. File: ${file}`)}`;
}
