import * as vscode from 'vscode';
import type { PlanRequest } from '../../../shared/api/index.ts';
import type { InstallPlan } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { withCancelButton } from '../../ui/progress.ts';

/** Resolve dependencies with a notification that can cancel it. @throws GgenError as `planInstall` of the engine */
export async function makePlan({ client }: Services, title: string, request: PlanRequest): Promise<InstallPlan> {
  return await withCancelButton(`${title}: ${vscode.l10n.t('resolving dependencies')}`, async (signal) => {
    const engine = await client.engine();
    return await engine.planInstall(request, { signal });
  });
}
