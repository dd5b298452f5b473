import { EXIT } from '../errors/exit-codes.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { publisherKey } from '../publisher/key.ts';
import { withSession } from '../session/session.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { ACCEPT_CLOCK_OPTION, acceptedClock } from './accept-clock.ts';
import { packageOperand } from './package-operand.ts';

export const yank: CommandSpec = {
  name: 'yank',
  summary: 'Yank one of your releases so that it is no longer installed by default, or undo a yank',
  operands: 'ID@VERSION',
  complete: 'package',
  options: [{ long: 'undo', help: 'undo the yank' }, ACCEPT_CLOCK_OPTION, ...ENGINE_OPTIONS],
  notes: 'Nothing is deleted: installed copies stay, and the exact version can still be installed.',
  examples: ['ggen-p2p yank my-pack@1.2.0', 'ggen-p2p yank my-pack@1.2.0 --undo'],
  run: async (context) => {
    const { flags, console: output } = context;
    const { id, version } = packageOperand(flags.singleOperand('yank requires exactly one release: ID@VERSION'));
    if (version === undefined) throw new UsageError('Specify the version: ID@VERSION.');
    const yanked = !flags.isEnabled('undo');
    const options = await sessionOptions(context, 'optional');
    await withSession(options, async ({ engine }, signal) => {
      const key = await publisherKey(process.env, options.settings.dataDir);
      const own = id.includes('/') ? id : `${key.id}/${id}`;
      const draft = await engine.draftYank({ id: own, version, yanked, publisher: key.id }, { signal });
      const signed = { draft: draft.draft, signature: key.sign(draft.bytesToSign), accepted: acceptedClock(flags) };
      const receipt = await engine.delete(signed, { signal });
      const result = {
        package_id: receipt.id,
        version: receipt.version,
        yanked,
        announced_to: receipt.announcedTo,
        dht_stored: receipt.dhtStored > 0,
      };
      output.result(
        result,
        (view) => `${view.success(yanked ? 'Yanked' : 'Unyanked')} ${receipt.id}@${receipt.version}`,
      );
    });
    return EXIT.done;
  },
};
