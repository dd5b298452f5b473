import * as vscode from 'vscode';
import type { VerifyProgress } from '../../../shared/api/index.ts';
import type { RepairResult, StorageReport } from '../../../shared/model.ts';
import { COMMANDS } from '../../../shared/contributions.ts';
import type { Services } from '../../services.ts';
import { formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { percentOf, withProgress } from '../../ui/progress.ts';
import { commandAction, notify } from '../../ui/notify.ts';

const { t } = vscode.l10n;

/** Hash all stored blocks, fetch damaged ones again, and report the result. */
export async function verifyStorage(services: Services): Promise<void> {
  const engine = await services.client.engine();
  const report = await withProgress<StorageReport, VerifyProgress>(t('Verifying storage'), describe, (task) =>
    engine.verifyStorage({}, task),
  );
  for (const line of report.unrepaired.map(repairFailureLine)) services.log.warn(line);
  const [first] = report.unrepaired;
  if (first === undefined) void notify('information', summary(report));
  else {
    const message = `${summary(report)} ${repairFailureLine(first)}`;
    void notify('warning', message, [commandAction(t('Show Log'), COMMANDS.showLog)]);
  }
}

function describe({ phase, bytes, totalBytes, id }: VerifyProgress): { text: string; percent?: number } {
  if (phase === 'repair') return { text: t('Repairing {0}', plainText(id ?? '')) };
  return {
    text: t('{0} of {1}', formatBytes(bytes), formatBytes(totalBytes)),
    ...percentOf(bytes, totalBytes),
  };
}

function summary({ bytes, damaged, repaired, unrepaired }: StorageReport): string {
  const checked = formatBytes(bytes);
  if (damaged === 0 && unrepaired.length === 0) return t('{0} verified. No damage found.', checked);
  const found = t('{0} verified, {1} damaged blocks removed.', checked, damaged);
  if (repaired.length === 0) return found;
  return `${found} ${t('Repaired from the network: {0}.', repaired.map(releaseName).join(', '))}`;
}

function repairFailureLine(result: RepairResult): string {
  return t(
    '{0} could not be repaired: {1} Try again when a provider is connected.',
    releaseName(result),
    plainText(result.reason ?? ''),
  );
}

function releaseName({ id, version }: RepairResult): string {
  return plainText(`${id.slice(id.indexOf('/') + 1)} ${version}`);
}
