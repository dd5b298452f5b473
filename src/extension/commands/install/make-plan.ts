import * as vscode from 'vscode';
import type { PlanRequest } from '../../../shared/api/index.ts';
import { errorMessage, GgenError } from '../../../shared/errors.ts';
import type { InstallPlan } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { notify } from '../../ui/notify.ts';
import { plainText } from '../../ui/plain-text.ts';
import { withCancelButton } from '../../ui/progress.ts';
import { chooseCandidate } from './choose-candidate.ts';

const { t } = vscode.l10n;
/** A modal dialog has room for several packages with two content roots each. */
const MAX_DETAIL_LENGTH = 3_000;
/** Names of one plan that the user is asked about. */
const MAX_CHOICES = 100;

/**
 * Resolve dependencies with a notification that can cancel it. When a locked version would get another content, the user
 * decides whether to accept it; when several publishers use the name of a dependency, the user picks one.
 *
 * @throws GgenError as `planInstall` of the engine; AbortError when the user keeps the locked content
 */
export async function makePlan(services: Services, title: string, request: PlanRequest): Promise<InstallPlan> {
  try {
    return await planWithChoices(services, title, request);
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
    return await planWithChoices(services, title, { ...request, acceptedRoots: signedRoots.map(String) });
  }
}

/** Asks which package each name means that several publishers use, until the plan is clear. */
async function planWithChoices(services: Services, title: string, request: PlanRequest): Promise<InstallPlan> {
  const choices = [...(request.choices ?? [])];
  for (;;) {
    try {
      return await plan(services, title, { ...request, choices });
    } catch (error) {
      const candidates = error instanceof GgenError ? error.details['candidates'] : undefined;
      if (!Array.isArray(candidates) || choices.length >= MAX_CHOICES) throw error;
      const message = plainText(errorMessage(error), MAX_DETAIL_LENGTH);
      const chosen = await chooseCandidate(services, candidates.map(String), message);
      if (chosen === undefined) throw new DOMException('No package was chosen', 'AbortError');
      choices.push(chosen);
    }
  }
}

async function plan({ client }: Services, title: string, request: PlanRequest): Promise<InstallPlan> {
  const found = await withCancelButton(`${title}: ${t('resolving dependencies')}`, async (signal) => {
    const engine = await client.engine();
    return await engine.planInstall(request, { signal });
  });
  warnAboutYanked(found);
  warnAboutMismatches(found);
  return found;
}

/** The plan replaces the locked version, so that without this the wrong content would disappear unseen. */
function warnAboutMismatches({ mismatches }: InstallPlan): void {
  if (mismatches.length === 0) return;
  const names = mismatches.map(
    ({ id, version }) => `${plainText(id.slice(id.indexOf('/') + 1))} ${plainText(version)}`,
  );
  void notify(
    'warning',
    t(
      'ggen.lock listed other content than the publisher signed for {0}. Check the history of the lock file.',
      names.join(', '),
    ),
  );
}

/** A yanked release stays installed, so the plan may have no change that shows it. */
function warnAboutYanked({ packages }: InstallPlan): void {
  const yanked = packages.filter((one) => one.yanked && one.action === 'keep');
  if (yanked.length === 0) return;
  const names = yanked.map(({ name, version }) => `${plainText(name)} ${plainText(version)}`).join(', ');
  void notify('warning', t('Yanked by the publisher, but locked in this project: {0}.', names));
}
