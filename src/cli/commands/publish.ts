import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../shared/api/index.ts';
import { CLOCK_FINGERPRINT, PRIVATE_FINGERPRINT } from '../../shared/limits.ts';
import { ruleText } from '../../shared/pack-rule.ts';
import { GgenError, isAbort } from '../../shared/errors.ts';
import type { PublishReceipt, ReleaseDraft } from '../../shared/model.ts';
import { diagnosticText } from '../errors/diagnostic-text.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import type { Flags } from '../command-line/flags.ts';
import type { Console } from '../output/console.ts';
import { packedFilesNotice } from '../output/packed-files.ts';
import { progressBar } from '../output/progress.ts';
import { chooseMember } from '../publisher/choose-member.ts';
import { existingKey, publisherKey } from '../publisher/key.ts';
import { publishProject } from '../publisher/publish-project.ts';
import { withSession } from '../session/session.ts';
import type { CommandContext, CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { dryRun } from './publish-dry-run.ts';

const MAX_SEED_SECONDS = 3_600;
const DEFAULT_SEED_SECONDS = 60;
const MAX_COPIES = 20;
const POLL_INTERVAL_MS = 500;

export const publish: CommandSpec = {
  name: 'publish',
  summary: 'Publish the project in a folder',
  operands: 'PATH',
  complete: 'folder',
  reads: (flags) => flags.isEnabled('dry-run'),
  options: [
    { long: 'version', short: 'v', value: 'VERSION', help: "publish this version instead of the manifest's" },
    {
      long: 'tag',
      value: 'TAG',
      help: 'dist-tag of the release, for example next; with another tag than latest, the release does not become the latest version',
    },
    { long: 'skip-verify', help: 'hide warnings; errors still stop the publish' },
    { long: 'dry-run', help: 'show what would be published, without signing or publishing' },
    {
      long: 'accept-secret',
      value: 'FINGERPRINT',
      repeatable: true,
      help: 'publish despite this possible secret; a rejected publish lists the fingerprints; repeatable',
    },
    {
      long: 'accept',
      value: 'WHAT',
      repeatable: true,
      help: "'private': publish a project whose manifest marks it as private; everyone on the network can read it. 'clock': publish although peers say that this computer's clock is ahead",
    },
    {
      long: 'seed',
      value: 'SECONDS',
      help: 'keep seeding for this long afterwards if no node is running, so that others can fetch the release',
    },
    {
      long: 'copies',
      value: 'N',
      help: `keep seeding until this many peers have the release, for at most --seed seconds (default ${DEFAULT_SEED_SECONDS})`,
    },
    ...ENGINE_OPTIONS,
  ],
  notes:
    'Signs with the key in GGEN_P2P_PUBLISHER_KEY, or else with the key in the data folder, which is created on first publish.',
  examples: [
    'ggen-p2p publish .',
    'ggen-p2p publish ./my-pack --version 1.2.0 --format json',
    'GGEN_P2P_PUBLISHER_KEY="$KEY" ggen-p2p publish . --bootstrap "$PEER" --copies 1',
  ],
  timeLimitMs: (flags, timeoutMs) => timeoutMs + seedingOf(flags).seedSeconds * 1_000,
  run: async (context) => {
    const { flags, console: output } = context;
    const folder = flags.singleOperand('publish requires exactly one folder');
    await publishFolder(context, folder).catch(async (error: unknown) => {
      await publishFolder(context, await chooseMember(error, folder, output, context.signal));
    });
    return EXIT.done;
  },
};

/** Publishes one package. @throws GgenError WorkspaceRoot when the folder has several */
async function publishFolder(context: CommandContext, folder: string): Promise<void> {
  const { flags, console: output } = context;
  const { copies, seedSeconds } = seedingOf(flags);
  const options = await sessionOptions(context, 'optional');
  const timeoutMs = options.timeoutMs + seedSeconds * 1_000;
  await withSession({ ...options, timeoutMs }, async ({ engine, attached }, signal) => {
    const bar = progressBar(output);
    const accepted = [...(flags.texts('accept-secret') ?? []), ...acceptedKinds(flags)];
    const named = { version: flags.text('version'), tag: flags.text('tag') };
    const check = checkDraft(output, flags, accepted);
    if (flags.isEnabled('dry-run')) {
      const publisher = (await existingKey(process.env, options.settings.dataDir))?.id;
      const run = { folder, publisher, ...named, signal, onProgress: bar.onProgress, check, accepted };
      await dryRun(engine, output, run).finally(bar.end);
      return;
    }
    const key = await publisherKey(process.env, options.settings.dataDir);
    const steps = { ...named, signal, onProgress: bar.onProgress, check: showAndCheck(output, check), accepted };
    const receipt = await publishProject(engine, key, folder, steps).finally(bar.end);
    printReceipt(output, receipt);
    if (copies !== undefined) await waitForCopies(engine, receipt, copies, seedSeconds, signal);
    else if (attached) return;
    else if (seedSeconds > 0) await seedFor(seedSeconds, signal);
    else output.note(`Seeding requires a running node for ${options.settings.dataDir}: run 'ggen-p2p start'.`);
  });
}

/** Fingerprints of what is accepted as a whole. */
function acceptedKinds(flags: Flags): readonly string[] {
  const kinds = flags.texts('accept') ?? [];
  const unknown = kinds.find((kind) => kind !== PRIVATE_FINGERPRINT && kind !== CLOCK_FINGERPRINT);
  if (unknown === undefined) return kinds;
  throw new UsageError(
    `--accept takes '${PRIVATE_FINGERPRINT}' or '${CLOCK_FINGERPRINT}', not '${unknown}'. --accept-secret takes fingerprints.`,
  );
}

/** How many copies to wait for, and how long to seed, which comes on top of `--timeout`. @throws UsageError */
function seedingOf(flags: Flags): { readonly copies: number | undefined; readonly seedSeconds: number } {
  const copies = flags.number('copies', 1, MAX_COPIES);
  const seconds = flags.number('seed', 0, MAX_SEED_SECONDS);
  return { copies, seedSeconds: seconds ?? (copies === undefined ? 0 : DEFAULT_SEED_SECONDS) };
}

/** Report what the publisher should know before the draft is signed. */
function checkDraft(output: Console, flags: Flags, accepted: readonly string[]): (draft: ReleaseDraft) => void {
  return (draft) => {
    for (const found of draft.diagnostics) {
      const { fingerprint } = found;
      if (fingerprint !== undefined && !accepted.includes(fingerprint))
        output.note(
          `${fingerprint === PRIVATE_FINGERPRINT ? 'private' : `secret ${fingerprint}`}: ${diagnosticText(found)}`,
        );
    }
    if (draft.latest !== draft.version) output.note(`note: the latest version stays ${draft.latest}.`);
    if (flags.isEnabled('skip-verify')) return;
    for (const { path, rule } of draft.excluded.filter(({ unsupported }) => unsupported))
      output.note(`skipped: ${path} (${ruleText(rule)})`);
    for (const found of draft.diagnostics)
      if (found.severity === 'warning') output.note(`warning: ${diagnosticText(found)}`);
  };
}

/** Shows what will be public, then reports. Programs read it with --dry-run. */
function showAndCheck(output: Console, check: (draft: ReleaseDraft) => void): (draft: ReleaseDraft) => void {
  return (draft) => {
    if (output.format === 'table') output.note(packedFilesNotice(draft, output.view().width));
    check(draft);
  };
}

function printReceipt(output: Console, { id, version, announcedTo, dhtStored }: PublishReceipt): void {
  // The shape that ggen documents.
  const result = { package_id: id, version, announced_to: announcedTo, dht_stored: dhtStored > 0 };
  output.result(result, (view) => {
    const stored = dhtStored > 0 ? `stored by ${dhtStored} DHT peers` : 'not stored in the DHT yet';
    return `${view.success('Published')} ${id}@${version}\n${view.dim(`announced to ${announcedTo} peers, ${stored}`)}`;
  });
}

/** Seed the release until the time is over or the user stops the command. */
async function seedFor(seconds: number, signal: AbortSignal): Promise<void> {
  await delay(seconds * 1_000, undefined, { signal }).catch((error: unknown) => {
    if (!isAbort(error)) throw error;
  });
}

/** Seed the release until enough other peers have it. @throws GgenError ContentUnavailable on timeout */
async function waitForCopies(
  engine: Pick<Engine, 'providers'>,
  { id, version }: PublishReceipt,
  copies: number,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const { length } = await engine.providers({ id, version }, { signal });
    if (length >= copies) return;
    if (performance.now() > deadline) {
      const message = `Published, but only ${length} of ${copies} peers have ${id}@${version} after ${seconds} seconds.`;
      throw new GgenError('ContentUnavailable', message, { details: { id, version } });
    }
    await delay(POLL_INTERVAL_MS, undefined, { signal });
  }
}
