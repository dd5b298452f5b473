import type { InstallPlan, InstalledPackage } from '../../../src/shared/model.ts';
import type { TestPeer } from '../helpers/peers.ts';

export const LOCK = 'ggen.lock';

/** The steps of a plan as `action name version`; unchanged packages are left out. */
export function actions({ packages }: InstallPlan): string[] {
  return packages
    .filter(({ action }) => action !== 'keep')
    .map(({ action, name, version, from }) => `${action} ${name} ${from === undefined ? '' : `${from} -> `}${version}`);
}

export async function installPackages(
  { engine }: TestPeer,
  project: string,
  mode: 'add' | 'lock' | 'update' | 'remove',
  ...packages: string[]
): Promise<readonly InstalledPackage[]> {
  const { plan } = await engine.planInstall({ project, mode, packages });
  return engine.applyPlan({ plan });
}
