import { resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Engine } from '../../shared/api/index.ts';
import type { PackageSection } from '../../shared/model.ts';
import type { CommandSpec, LiveCompletion } from '../command-line/command-spec.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { withSession } from '../session/session.ts';

const KINDS: readonly LiveCompletion[] = ['package', 'installed', 'kept', 'peer', 'publisher'];
const SECTIONS: readonly PackageSection[] = ['published', 'installed', 'network'];
/** More values are no help to the user who completes a word. */
const MAX_PACKAGES = 1_000;
/** A shell waits for the answer while the user types. */
const DEFAULT_TIMEOUT_SECONDS = 10;

type CompletionEngine = Pick<Engine, 'listPackages' | 'installed' | 'kept' | 'peers' | 'publishers'>;

export const complete: CommandSpec = {
  name: 'complete',
  hidden: true,
  summary: 'Print completion values, one per line',
  operands: KINDS.join(' | '),
  complete: KINDS,
  reads: true,
  options: [...LOCAL_OPTIONS],
  notes: 'Prints nothing, and creates no data folder, if there is none yet.',
  examples: ['ggen-p2p complete installed'],
  run: async (context) => {
    const kind = context.flags.action('complete', KINDS);
    const options = await sessionOptions(context, 'none', DEFAULT_TIMEOUT_SECONDS);
    const exists = await stat(options.settings.dataDir).then(
      () => true,
      () => false,
    );
    if (!exists) return EXIT.done;
    const values = await withSession(options, ({ engine }, signal) => completions(engine, kind, signal));
    context.console.text(values.map((value) => `${value}\n`).join(''));
    return EXIT.done;
  },
};

async function completions(
  engine: CompletionEngine,
  kind: LiveCompletion,
  signal: AbortSignal,
): Promise<readonly string[]> {
  switch (kind) {
    case 'peer':
      return (await engine.peers({}, { signal })).map(({ id }) => id);
    case 'publisher':
      return (await engine.publishers({}, { signal })).map(({ publisher }) => publisher);
    case 'installed':
      return packageWords(await engine.installed({ folders: [resolve('.')] }, { signal }));
    case 'kept':
      return packageWords(await engine.kept({}, { signal }));
    case 'package': {
      const pages = await Promise.all(
        SECTIONS.map((section) => engine.listPackages({ section, limit: MAX_PACKAGES }, { signal })),
      );
      return packageWords(pages.flatMap(({ packages }) => packages));
    }
  }
}

/** Names that stand for one package, then all ids. */
function packageWords(packages: readonly { readonly id: string; readonly name: string }[]): readonly string[] {
  const ids = new Map(packages.map(({ id, name }) => [id, name]));
  const names = [...ids.values()];
  const unique = names.filter((name) => names.indexOf(name) === names.lastIndexOf(name));
  return [...unique.sort(), ...[...ids.keys()].sort()];
}
