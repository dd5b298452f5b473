import * as vscode from 'vscode';
import type { PlanRequest } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstallPlan } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { notify } from '../../ui/notify.ts';
import { plainText } from '../../ui/plain-text.ts';
import { withCancelButton } from '../../ui/progress.ts';

const { t } = vscode.l10n;
/** A modal dialog has room for several packages with two content roots each. */
const MAX_DETAIL_LENGTH = 3_000;

/**
 * Resolve dependencies with a notification that can cancel it. When a locked version would get another content, the user
 * decides whether to accept it.
 *
 * @throws GgenError as `planInstall` of the engine; AbortError when the user keeps the locked content
 */
export async function makePlan(services: Services, title: string, request: PlanRequest): Promise<InstallPlan> {
  try {
    return await plan(services, title, request);
  } catch (error) {
    if (!(error instanceof GgenError) || error.name !== 'LockMismatch') throw error;
    const { signedRoots } = error.details;
    if (!Array.isArray(signedRoots)) throw error;
    const accept = t('Accept Different Content');
    const picked = await vscode.window.showWarningMessage(
      t('The content of a locked version differs from ggen.lock.'),
      { modal: true, detail: plainText(error.message, MAX_DETAIL_LENGTH) },
      accept,
    );
    if (picked !== accept) throw new DOMException('The locked content is kept', 'AbortError');
    return await plan(services, title, { ...request, acceptedRoots: signedRoots.map(String) });
  }
}

async function plan({ client }: Services, title: string, request: PlanRequest): Promise<InstallPlan> {
  const found = await withCancelButton(`${title}: ${t('resolving dependencies')}`, async (signal) => {
    const engine = await client.engine();
    return await engine.planInstall(request, { signal });
  });
  warnAboutYanked(found);
  return found;
}

/** A yanked release stays installed, so the plan may have no change that shows it. */
function warnAboutYanked({ packages }: InstallPlan): void {
  const yanked = packages.filter((one) => one.yanked && one.action === 'keep');
  if (yanked.length === 0) return;
  const names = yanked.map(({ name, version }) => `${plainText(name)} ${plainText(version)}`).join(', ');
  void notify('warning', t('Yanked by the publisher, but locked in this project: {0}.', names));
}
