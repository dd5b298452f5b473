import { resolve } from 'node:path';
import type { PlanRequest } from '../../shared/api/index.ts';
import type { InstallPlan, PlannedPackage } from '../../shared/model.ts';
import { errorName } from '../../shared/errors.ts';
import type { Flags } from '../command-line/flags.ts';
import type { View } from '../output/console.ts';
import { progressBar } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { bytes } from '../output/units.ts';
import { sessionOptions } from '../session/session-options.ts';
import { withSession } from '../session/session.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { ownUmask } from '../command-line/umask.ts';
import { packageOperand } from './package-operand.ts';
import { noteNames, retryWithChoices } from './resolve-operand.ts';
import type { CommandContext, OptionSpec } from '../command-line/command-spec.ts';

/** Options of every command that changes a project's packages. */
export const PROJECT_OPTIONS: readonly OptionSpec[] = [
  {
    long: 'project',
    value: 'DIR',
    complete: 'folder',
    help: 'project folder, which contains ggen.lock (default: current folder)',
  },
  { long: 'dry-run', help: 'show what would change without changing anything' },
  {
    long: 'overwrite',
    value: 'PATH',
    repeatable: true,
    complete: 'file',
    help: "discard local changes to this file of a package; '*' for all; repeatable",
  },
];

/** Option of the commands that may find several packages of one name. */
export const CHOOSE_OPTION: OptionSpec = {
  long: 'choose',
  value: 'ID',
  repeatable: true,
  complete: 'package',
  help: 'package that a name means, also in dependencies, when several publishers use it: publisher/name; repeatable',
};

/** Option of the commands that may find another content under a locked version. */
export const ACCEPT_ROOT_OPTION: OptionSpec = {
  long: 'accept-root',
  value: 'ROOT',
  repeatable: true,
  help: 'accept this content root for a locked version whose content changed; repeatable',
};

/** Plans of one command, of which all but the last were outdated when they were applied. */
const MAX_PLAN_ATTEMPTS = 10;

/** Plan and apply a change of a project's packages as one transaction, and print the plan. */
export async function changeProject(
  context: CommandContext,
  request: Omit<PlanRequest, 'project'>,
  network: 'none' | 'optional',
): Promise<void> {
  const { flags, console: output } = context;
  const project = projectFolder(flags);
  const choices = (flags.texts('choose') ?? []).map(chosenId);
  const bar = progressBar(output);
  await withSession(await sessionOptions(context, network), async ({ engine }, signal) => {
    const acceptedRoots = flags.texts('accept-root') ?? [];
    const overwrite = (flags.texts('overwrite') ?? []).map((path) => (path === '*' ? path : resolve(path)));
    const progress = { signal, onProgress: bar.onProgress };
    const makePlan = (): Promise<InstallPlan> =>
      retryWithChoices(context, engine, choices, signal, (chosen) =>
        engine.planInstall({ ...request, project, acceptedRoots, choices: chosen }, { signal }),
      );
    const apply = async ({ plan }: InstallPlan): Promise<number> => {
      const installed = await engine.applyPlan({ plan, overwrite, ...(await ownUmask()) }, progress).finally(bar.end);
      return installed.reduce((sum, one) => sum + (one.received ?? 0), 0);
    };
    const { plan, received } = await planAndApply(makePlan, apply, flags.isEnabled('dry-run'));
    noteNames(output, plan.names);
    if (request.mode === 'remove') noteRequired(output, plan, request.packages ?? []);
    output.result(planOutput(plan, received), (view) => formatPlan(plan, received, view));
  });
}

/**
 * Makes a plan and applies it. Another command may change the project in between: the plan is made again then.
 *
 * @returns bytes that came from peers; undefined when nothing was to be applied
 */
async function planAndApply(
  makePlan: () => Promise<InstallPlan>,
  apply: (plan: InstallPlan) => Promise<number>,
  dryRun: boolean,
): Promise<{ readonly plan: InstallPlan; readonly received: number | undefined }> {
  for (let attempt = 1; ; attempt++) {
    const plan = await makePlan();
    if (dryRun || !plan.changes) return { plan, received: undefined };
    try {
      return { plan, received: await apply(plan) };
    } catch (error) {
      if (errorName(error) !== 'PlanOutdated' || attempt === MAX_PLAN_ATTEMPTS) throw error;
    }
  }
}

/** Tells which packages of an uninstall stay, because others require them. */
function noteRequired(
  output: CommandContext['console'],
  { packages }: InstallPlan,
  uninstalled: readonly string[],
): void {
  for (const { id, name, action, requiredBy } of packages) {
    if (action === 'remove' || !uninstalled.some((text) => text === id || text === name)) continue;
    const by = requiredBy.map((dependent) => dependent.by).join(', ');
    output.note(
      `note: '${name}' stays, because it is required by ${by}. It is removed with the last package that requires it.`,
    );
  }
}

/** What was missing, and what came over the network for it. */
function receivedText(missing: number, received: number): string {
  return missing === 0
    ? 'Everything was stored here.'
    : `Received ${bytes(received)} for ${bytes(missing)} of content.`;
}

/** @throws UsageError unless it names the publisher */
function chosenId(text: string): string {
  const { id } = packageOperand(text);
  if (id.includes('/')) return id;
  throw new UsageError(`--choose takes the full ID of a package, publisher/name, not '${text}'.`);
}

function projectFolder(flags: Flags): string {
  return resolve(flags.text('project') ?? '.');
}

/** @param received bytes that came from peers; undefined when the plan was not applied */
function planOutput(plan: InstallPlan, received: number | undefined): Readonly<Record<string, unknown>> {
  return {
    project: plan.project,
    lock_file: plan.lockFile,
    applied: received !== undefined,
    changes: plan.changes,
    lock_changes: plan.lockChanges,
    bytes_to_fetch: plan.bytesToFetch,
    bytes_received: received ?? null,
    packages: plan.packages.map(plannedOutput),
    mismatches: plan.mismatches.map(({ id, version, locked, signed }) => ({ package_id: id, version, locked, signed })),
    names: plan.names.map(({ name, id, reason }) => ({ name, package_id: id, reason })),
    skipped: plan.skipped.map(({ id, requirement, by, reason }) => ({ package: id, requirement, by, reason })),
  };
}

function plannedOutput(planned: PlannedPackage): Readonly<Record<string, unknown>> {
  const { id, publisherState, version, root, action, from, fromRoot, path, size, files, requested, yanked } = planned;
  const { contested } = planned;
  return {
    package_id: id,
    publisher_state: publisherState ?? null,
    version,
    root,
    action,
    from: from ?? null,
    from_root: fromRoot ?? null,
    path,
    size,
    files,
    requested,
    yanked,
    conflicting_content: contested,
  };
}

function planWarnings(packages: readonly PlannedPackage[], mismatches: InstallPlan['mismatches']): string[] {
  const staying = packages.filter(({ action }) => action !== 'remove');
  return [
    ...staying
      .filter(({ yanked }) => yanked)
      .map(({ id, version }) => `${id}@${version} was yanked by its publisher. Update to another version.`),
    ...staying
      .filter(({ contested }) => contested)
      .map(
        ({ id, version }) =>
          `The publisher of ${id}@${version} signed two different contents for this version. Ask the publisher which one is right.`,
      ),
    ...mismatches.map(
      ({ id, version, locked, signed }) =>
        `${id}@${version} was locked with content root ${locked}, but its publisher signed ${signed}. Check the history of the lock file.`,
    ),
  ];
}

function formatPlan(
  { packages, skipped, mismatches, changes, bytesToFetch, lockFile, lockChanges }: InstallPlan,
  received: number | undefined,
  view: View,
): string {
  const rows = packages.map(({ name, version, from, action, path, yanked, publisherState }) => [
    name,
    action === 'update' ? `${from ?? ''} → ${version}` : version,
    [
      action,
      ...(yanked ? ['yanked'] : []),
      ...(publisherState === undefined ? [] : [`publisher ${publisherState}`]),
    ].join(', '),
    path,
  ]);
  const columns = [{ title: 'PACKAGE' }, { title: 'VERSION' }, { title: 'ACTION' }, { title: 'FOLDER', whole: true }];
  const roots = packages
    .filter(({ root, fromRoot, action }) => action !== 'remove' && fromRoot !== undefined && fromRoot !== root)
    .map(({ name, root, fromRoot = '' }) => view.dim(`content of ${name}: ${fromRoot} → ${root}`));
  const left = skipped.map(({ id, by, reason }) => view.dim(`skipped ${id}, required by ${by}: ${reason}`));
  const outcome = !changes
    ? 'Nothing to do.'
    : received !== undefined
      ? `${view.success('Done')}. ${lockChanges ? `Updated ${lockFile}. ` : ''}${receivedText(bytesToFetch, received)}`
      : `Nothing was changed. ${bytes(bytesToFetch)} would be fetched.`;
  return [
    ...(rows.length > 0 ? [table(columns, rows, view)] : []),
    ...roots,
    ...planWarnings(packages, mismatches).map(view.warn),
    ...left,
    outcome,
  ].join('\n');
}
