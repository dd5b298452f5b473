import * as vscode from 'vscode';
import { errorMessage, errorName } from '../../shared/errors.ts';
import { CLOCK_FINGERPRINT } from '../../shared/limits.ts';
import { plainText } from '../ui/plain-text.ts';

const { t } = vscode.l10n;
const MAX_DETAIL_LENGTH = 500;

/**
 * Do what signs a record. When peers say that this computer's clock is ahead, the user decides whether to sign anyway,
 * because the peers may be the ones that are wrong.
 *
 * @param sign gets what the user accepted
 * @throws AbortError when the user does not; what `sign` throws
 */
export async function unlessClockAhead<T>(sign: (accepted: readonly string[]) => Promise<T>): Promise<T> {
  try {
    return await sign([]);
  } catch (error) {
    if (errorName(error) !== 'ClockAhead') throw error;
    const anyway = t('Publish Anyway');
    const detail = t(
      "{0} Set this computer's clock, then publish again. If the peers are wrong, you can publish anyway.",
      plainText(errorMessage(error), MAX_DETAIL_LENGTH),
    );
    const message = t("This computer's clock is ahead of other peers.");
    const picked = await vscode.window.showWarningMessage(message, { modal: true, detail }, anyway);
    if (picked !== anyway) throw new DOMException('Nothing was signed', 'AbortError');
    return await sign([CLOCK_FINGERPRINT]);
  }
}
