import type { Engine } from '../../shared/api/index.ts';
import type { PeerDetails } from '../../shared/model.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import type { Flags } from '../command-line/flags.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { isoTime } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import { parsePeerId } from './peers.ts';

const ACTIONS = ['ban', 'unban', 'trust', 'untrust'] as const;
type Action = (typeof ACTIONS)[number];
const DONE: Readonly<Record<Action, string>> = {
  ban: 'Banned',
  unban: 'No longer banned:',
  trust: 'Trusted',
  untrust: 'No longer trusted:',
};
const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const peerStanding: CommandSpec = {
  name: 'peer',
  summary: 'Ban, unban, trust, or stop trusting a peer',
  operands: 'ban | unban | trust | untrust PEER-ID',
  complete: ACTIONS,
  completeNext: 'peer',
  options: [
    { long: 'reason', value: 'TEXT', help: 'ban: reason, shown by peer-info' },
    { long: 'for', value: 'DURATION', help: 'ban: duration, for example 30m, 12h, or 7d (default: until unbanned)' },
    ...LOCAL_OPTIONS,
  ],
  notes:
    'Connections to a banned peer are blocked. A trusted peer is always preferred and never banned automatically.\n' +
    "Run 'ggen-p2p peer-list --verbose' to see the standing of each peer.",
  examples: ["ggen-p2p peer ban 12D3KooW… --reason 'sends garbage' --for 7d", 'ggen-p2p peer trust 12D3KooW…'],
  run: async (context) => {
    const { flags, console: output } = context;
    const [, id, ...rest] = flags.operands;
    const action = flags.action('peer', ACTIONS, 2);
    if (id === undefined || rest.length > 0) throw new UsageError(`peer ${action} requires exactly one peer ID.`);
    const peer = parsePeerId(id);
    const ban = banOptions(flags, action);
    await withSession(await sessionOptions(context, 'none'), async ({ engine }, signal) => {
      const changed = await setStanding(engine, action, { id: peer, ...ban }, signal);
      output.result(standingOutput(changed), (view) => `${view.success(DONE[action])} ${changed.id}`);
    });
    return EXIT.done;
  },
};

interface Ban {
  readonly reason?: string;
  readonly until?: number;
}

/** @throws UsageError for an option of another action, and for an invalid duration */
function banOptions(flags: Flags, action: Action): Ban {
  const reason = flags.text('reason');
  const text = flags.text('for');
  if (action !== 'ban') {
    if (reason !== undefined || text !== undefined) throw new UsageError('--reason and --for apply only to peer ban.');
    return {};
  }
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text ?? '') ?? [];
  if (text !== undefined && Number(count) === 0)
    throw new UsageError(`--for must be a duration such as 30m, 12h, or 7d, not '${text}'.`);
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(text === undefined ? {} : { until: Date.now() + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS] }),
  };
}

function setStanding(
  engine: Pick<Engine, 'banPeer' | 'unbanPeer' | 'trustPeer'>,
  action: Action,
  request: { readonly id: string } & Ban,
  signal: AbortSignal,
): Promise<PeerDetails> {
  const { id } = request;
  switch (action) {
    case 'ban':
      return engine.banPeer(request, { signal });
    case 'unban':
      return engine.unbanPeer({ id }, { signal });
    case 'trust':
    case 'untrust':
      return engine.trustPeer({ id, trusted: action === 'trust' }, { signal });
  }
}

function standingOutput({ id, standing, standingReason, standingUntil }: PeerDetails): unknown {
  return {
    peer_id: id,
    standing,
    standing_reason: standingReason ?? null,
    standing_until: isoTime(standingUntil),
  };
}
