import type { CommandSpec } from '../command-line/command-spec.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { withSession } from '../session/session.ts';
import { packageOperand } from './package-operand.ts';

const ACTIONS = ['pause', 'resume'] as const;

export const seeding: CommandSpec = {
  name: 'seeding',
  summary: 'Pause or resume seeding, or show whether it is paused',
  operands: '[pause | resume]',
  complete: ACTIONS,
  options: [...LOCAL_OPTIONS],
  notes: 'Seeding stays paused until you resume it, even across restarts. Packages can still be installed.',
  examples: ['ggen-p2p seeding pause', 'ggen-p2p seeding resume', 'ggen-p2p seeding --format json'],
  run: async (context) => {
    const { flags, console: output } = context;
    const action = flags.operands.length === 0 ? undefined : flags.action('seeding', ACTIONS);
    await withSession(await sessionOptions(context, 'none'), async ({ engine, status }, signal) => {
      const paused =
        action === undefined
          ? status.node.seedingPaused === true
          : (await engine.pauseSeeding({ paused: action === 'pause' }, { signal })).paused;
      output.result({ paused }, (view) =>
        paused ? view.warn('Seeding is paused.') : action === 'resume' ? 'Seeding resumed.' : 'Seeding is not paused.',
      );
    });
    return EXIT.done;
  },
};

export const stopSeeding: CommandSpec = {
  name: 'stop-seeding',
  summary: 'Stop seeding a package until it is published, installed, or kept again',
  operands: 'ID',
  complete: 'package',
  options: [...LOCAL_OPTIONS],
  notes: 'Its files stay on this machine, and its record is still shared.',
  examples: ['ggen-p2p stop-seeding rust-error-types'],
  run: async (context) => {
    const { flags, console: output } = context;
    const { id } = packageOperand(flags.singleOperand('stop-seeding requires exactly one package'));
    await withSession(await sessionOptions(context, 'none'), async ({ engine }, signal) => {
      await engine.stopSeeding({ id }, { signal });
      output.result({ package_id: id, seeding: false }, (view) => `${view.success('No longer seeding')} ${id}`);
    });
    return EXIT.done;
  },
};
