import { isPublisherId } from '../../identity/publisher-id.ts';
import type { PublisherState, PublisherSummary } from '../../shared/model.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { View } from '../output/console.ts';
import { table } from '../output/table.ts';
import { ago, isoTime } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import { packageOperand } from './package-operand.ts';

const ACTIONS = ['trust', 'follow', 'block', 'clear'] as const;
type Action = (typeof ACTIONS)[number];
const STATES: Readonly<Record<Action, PublisherState | undefined>> = {
  trust: 'trusted',
  follow: 'followed',
  block: 'blocked',
  clear: undefined,
};
const DONE: Readonly<Record<Action, string>> = {
  trust: 'Trusted',
  follow: 'Followed',
  block: 'Blocked',
  clear: 'No longer trusted, followed, or blocked:',
};

export const publisher: CommandSpec = {
  name: 'publisher',
  summary: 'Trust, follow, or block a publisher, or take that back',
  operands: 'trust | follow | block | clear ID',
  complete: ACTIONS,
  completeNext: 'publisher',
  options: [...LOCAL_OPTIONS],
  notes:
    'ID is a publisher ID, or the ID of one of its packages. A package name means the package of a publisher that you trust, or\n' +
    'else of one that you follow or have installed from. It never means a package of a publisher that you blocked.',
  examples: ['ggen-p2p publisher trust z6Mk…', 'ggen-p2p publisher block z6Mk…', 'ggen-p2p publisher clear z6Mk…'],
  run: async (context) => {
    const { flags, console: output } = context;
    const action = flags.action('publisher', ACTIONS, 2);
    const [, id, ...rest] = flags.operands;
    if (id === undefined || rest.length > 0)
      throw new UsageError(`publisher ${action} requires exactly one publisher ID.`);
    const state = STATES[action];
    const request = { publisher: publisherOperand(id), ...(state === undefined ? {} : { state }) };
    await withSession(await sessionOptions(context, 'none'), async ({ engine }, signal) => {
      const changed = await engine.setPublisherState(request, { signal });
      output.result(publisherOutput(changed), (view) => `${view.success(DONE[action])} ${changed.publisher}`);
    });
    return EXIT.done;
  },
};

export const publishers: CommandSpec = {
  name: 'publishers',
  summary: 'List the publishers that you trust, follow, block, or have installed from',
  reads: true,
  options: [...LOCAL_OPTIONS],
  examples: ['ggen-p2p publishers', 'ggen-p2p publishers --format json'],
  run: async (context) => {
    context.flags.noOperands('publishers');
    await withSession(await sessionOptions(context, 'none'), async ({ engine }, signal) => {
      const found = await engine.publishers({}, { signal });
      context.console.result({ publishers: found.map(publisherOutput), total: found.length }, (view) =>
        formatPublishers(found, view),
      );
    });
    return EXIT.done;
  },
};

/** A publisher id, or that of a package. @throws UsageError */
function publisherOperand(text: string): string {
  const id = text.includes('/') ? text.slice(0, text.indexOf('/')) : text;
  if (text.includes('/')) packageOperand(text);
  if (!isPublisherId(id))
    throw new UsageError(`'${id}' is not a publisher ID. Publisher IDs start with z6Mk and have 48 characters.`);
  return id;
}

/** A publisher with what is known of it in parentheses. */
export function publisherText({
  publisher: id,
  own,
  state,
}: {
  readonly publisher: string;
  readonly own: boolean;
  readonly state: PublisherState | undefined;
}): string {
  const known = [...(own ? ['your key'] : []), ...(state === undefined ? [] : [state])];
  return known.length === 0 ? id : `${id} (${known.join(', ')})`;
}

function publisherOutput(found: PublisherSummary): Readonly<Record<string, unknown>> {
  const { publisher: id, state, since, own, packages, installed } = found;
  return { publisher: id, state: state ?? null, since: isoTime(since), own, packages, installed };
}

function formatPublishers(found: readonly PublisherSummary[], view: View): string {
  if (found.length === 0) return 'You do not trust, follow, or block any publisher, and nothing is installed.';
  const rows = found.map(({ publisher: id, state, since, own, packages, installed }) => [
    [...(own ? ['own'] : []), ...(state === undefined ? [] : [state])].join(', ') || '-',
    since === undefined ? '' : ago(since),
    String(packages),
    String(installed),
    id,
  ]);
  const columns = [
    { title: 'STATE' },
    { title: 'SINCE' },
    { title: 'PACKAGES', right: true },
    { title: 'INSTALLED', right: true },
    { title: 'PUBLISHER', whole: true },
  ];
  return table(columns, rows, view);
}
