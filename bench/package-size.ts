import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../scripts/lib/paths.ts';
import { vsce } from '../scripts/lib/vsce.ts';
import type { Figure } from './figure.ts';

/** Size of the package that users install. */
export async function measurePackage(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  try {
    const vsix = join(folder, 'bench.vsix');
    await vsce([
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      vsix,
    ]);
    const listed = (await vsce(['ls', '--no-dependencies'])).split('\n').map((name) => name.trim());
    const sizes = await Promise.all(listed.filter((name) => name !== '').map((name) => megabytes(join(ROOT, name))));
    return [
      {
        title: 'VSIX',
        unit: 'MB',
        rounds: [{ value: await megabytes(vsix), baseline: sizes.reduce((sum, size) => sum + size, 0) }],
        // How well it is packed. That it does not grow is what the bundles' ceilings are for (scripts/build/bundles.ts).
        baseline: 'its files unpacked',
        maxRatio: 0.36,
        aim: 3,
        exact: true,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function megabytes(path: string): Promise<number> {
  return (await stat(path)).size / 1_000_000;
}
