import { EXIT } from '../errors/exit-codes.ts';
import { FORMAT_OPTION } from '../command-line/options.ts';
import { sessionOptions } from '../session/session-options.ts';
import { table } from '../output/table.ts';
import { withSession } from '../session/session.ts';
import { NODE_FLAGS, settingOptions } from '../settings/cli-settings.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';

const DEFAULT_TIMEOUT_SECONDS = 30;

export const bootstrap: CommandSpec = {
  name: 'bootstrap',
  summary: 'Connect to peers by address',
  operands: 'ADDR…',
  options: [
    {
      long: 'timeout',
      short: 't',
      value: 'SECONDS',
      help: `timeout in seconds (default ${DEFAULT_TIMEOUT_SECONDS})`,
    },
    FORMAT_OPTION,
    ...settingOptions(NODE_FLAGS.filter((flag) => flag !== 'bootstrap')),
  ],
  notes:
    'A running node stays connected to these peers. Without one, they are tried and the result is remembered. To connect to\n' +
    "them at every start, add them to the configuration file: bootstrap = ['…'].",
  examples: ['ggen-p2p bootstrap /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…'],
  run: async (context) => {
    const addresses = context.flags.operands;
    if (addresses.length === 0) throw new UsageError('Specify at least one address, ending in /p2p/<peer id>.');
    const options = await sessionOptions(context, 'optional', DEFAULT_TIMEOUT_SECONDS);
    return withSession(options, async ({ engine }, signal) => {
      const results = await Promise.all(addresses.map((address) => engine.bootstrap({ address }, { signal })));
      const connected = results.filter(({ state }) => state === 'connected').length;
      const nodes = results.map(({ address, state, error }) => ({ address, state, error: error ?? null }));
      context.console.result({ nodes, connected, total: nodes.length }, (view) =>
        table(
          [{ title: 'STATE' }, { title: 'WHY', shrinks: true }, { title: 'ADDRESS', whole: true }],
          nodes.map(({ address, state, error }) => [state, error ?? '', address]),
          view,
        ),
      );
      return connected > 0 ? EXIT.done : EXIT.network;
    });
  },
};
