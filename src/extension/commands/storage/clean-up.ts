import * as vscode from 'vscode';
import type { CleanUpProgress } from '../../../shared/api.ts';
import type { CleanUpReport } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { formatBytes } from '../../ui/format.ts';
import { withProgress } from '../../ui/progress.ts';

const { t } = vscode.l10n;

/** Remove from this machine's store what is neither published, installed nor kept here. */
export async function cleanUpStorage({ host }: Services): Promise<void> {
  const engine = await host.engine();
  const { blocks, bytes } = await withProgress<CleanUpReport, CleanUpProgress>(
    t('Cleaning up the stored packages'),
    (progress) => ({ text: t('{0} removed', formatBytes(progress.bytes)) }),
    (task) => engine.cleanUpStorage({}, task),
  );
  const message =
    blocks === 0
      ? t('There is nothing to clean up: everything stored is published, installed or kept offline.')
      : t('Cleaned up {0}. What is published, installed or kept offline is still here.', formatBytes(bytes));
  void vscode.window.showInformationMessage(message);
}
