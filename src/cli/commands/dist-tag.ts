import type { PackageDetails } from '../../shared/model.ts';
import type { CommandContext, CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { table } from '../output/table.ts';
import { publisherKey } from '../publisher/key.ts';
import { withSession } from '../session/session.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { ACCEPT_CLOCK_OPTION, acceptedClock } from './accept-clock.ts';
import { packageOperand } from './package-operand.ts';
import type { PackageOperand } from './package-operand.ts';
import { resolveOperand } from './resolve-operand.ts';

const ACTIONS = ['add', 'rm', 'ls'] as const;

export const distTag: CommandSpec = {
  name: 'dist-tag',
  summary: 'Set, remove, or list the dist-tags of a package, which stand for versions in installs and dependencies',
  operands: 'add ID@VERSION [TAG] | rm ID TAG | ls ID',
  complete: ACTIONS,
  completeNext: 'package',
  reads: ({ operands }) => operands[0] === 'ls',
  options: [ACCEPT_CLOCK_OPTION, ...ENGINE_OPTIONS],
  notes:
    "TAG is 'latest' if omitted. Only the publisher can change dist-tags. Without 'latest', the latest version is the highest one\n" +
    'that is not a pre-release. Install a dist-tag with ID@TAG. A yanked version loses its dist-tags.',
  examples: [
    'ggen-p2p dist-tag add my-pack@2.0.0-beta.1 next',
    'ggen-p2p dist-tag rm my-pack next',
    'ggen-p2p dist-tag ls my-pack --format json',
  ],
  run: async (context) => {
    const { flags } = context;
    const action = flags.action('dist-tag', ACTIONS, 3);
    const [, id, tag, ...rest] = flags.operands;
    if (id === undefined || rest.length > 0) throw new UsageError(`dist-tag ${action} requires a package.`);
    const operand = packageOperand(id);
    if (action === 'ls') await listTags(context, operand, tag);
    else await changeTag(context, operand, requestedChange(action, operand, tag));
    return EXIT.done;
  },
};

interface TagChange {
  readonly tag: string;
  readonly version?: string;
}

/** @throws UsageError */
function requestedChange(action: 'add' | 'rm', { version }: PackageOperand, tag: string | undefined): TagChange {
  if (action === 'rm') {
    if (tag === undefined || version !== undefined)
      throw new UsageError('dist-tag rm requires a package without a version and a tag: ID TAG.');
    return { tag };
  }
  if (version === undefined) throw new UsageError('dist-tag add requires the version: ID@VERSION.');
  return { tag: tag ?? 'latest', version };
}

async function listTags(context: CommandContext, operand: PackageOperand, tag: string | undefined): Promise<void> {
  if (tag !== undefined || operand.version !== undefined)
    throw new UsageError('dist-tag ls requires exactly one package, without a version.');
  await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
    const { id } = await resolveOperand(context, engine, operand, signal);
    printTags(context, await engine.getPackage({ id }, { signal }));
  });
}

async function changeTag(context: CommandContext, { id }: PackageOperand, change: TagChange): Promise<void> {
  const options = await sessionOptions(context, 'optional');
  await withSession(options, async ({ engine }, signal) => {
    const key = await publisherKey(process.env, options.settings.dataDir);
    const own = id.includes('/') ? id : `${key.id}/${id}`;
    const draft = await engine.draftDistTag({ id: own, publisher: key.id, ...change }, { signal });
    const signature = key.sign(draft.bytesToSign);
    const request = { draft: draft.draft, signature, accepted: acceptedClock(context.flags) };
    const receipt = await engine.publish(request, { signal });
    printTags(context, await engine.getPackage({ id: receipt.id }, { signal }));
  });
}

/** All dist-tags with `latest`, which every package with a version that is not yanked has. */
export function distTagsOf({
  latest,
  distTags = [],
}: Pick<PackageDetails, 'latest' | 'distTags'>): Readonly<Record<string, string>> {
  const set = distTags.map(({ tag, version }): [string, string] => [tag, version]);
  return Object.fromEntries(
    latest === undefined ? set : [['latest', latest], ...set.filter(([tag]) => tag !== 'latest')],
  );
}

function printTags({ console: output }: CommandContext, found: PackageDetails): void {
  const tags = distTagsOf(found);
  output.result({ package_id: found.id, dist_tags: tags }, (view) =>
    Object.keys(tags).length === 0
      ? `All versions of ${found.id} are yanked.`
      : table([{ title: 'DIST-TAG' }, { title: 'VERSION' }], Object.entries(tags), view),
  );
}
