import * as vscode from 'vscode';
import type { CleanUpProgress } from '../../../shared/api/index.ts';
import type { CleanUpReport } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { formatBytes } from '../../ui/format.ts';
import { notify } from '../../ui/notify.ts';
import { withProgress } from '../../ui/progress.ts';

const { t } = vscode.l10n;

/** Remove blocks that no published, installed or kept release uses. */
export async function cleanUpStorage({ client }: Services): Promise<void> {
  const engine = await client.engine();
  const { blocks, bytes } = await withProgress<CleanUpReport, CleanUpProgress>(
    t('Cleaning up storage'),
    (progress) => ({ text: t('{0} removed', formatBytes(progress.bytes)) }),
    (task) => engine.cleanUpStorage({}, task),
  );
  const message =
    blocks === 0
      ? t('Nothing to clean up. All stored packages are published, installed, or kept offline.')
      : t('Freed {0}. Packages that are published, installed, or kept offline were not removed.', formatBytes(bytes));
  void notify('information', message);
}
