import * as vscode from 'vscode';
import type { Engine } from '../../../shared/api/index.ts';
import type { PackageDetails } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { countProviders, formatTime } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { publisherStateText } from '../../ui/publisher-text.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 10_000;

/**
 * Let the user pick one of several packages of one name. Undefined when the user cancels.
 *
 * @param candidates full ids
 * @param message why there is something to pick
 */
export async function chooseCandidate(
  { client }: Services,
  candidates: readonly string[],
  message: string,
): Promise<string | undefined> {
  const engine = await client.engine();
  const details = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) =>
    Promise.all(candidates.map((id) => detailsOf(engine, id, signal))),
  );
  const items = candidates.map((id, index) => candidateItem(id, details[index]));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Several publishers use this name'),
    placeHolder: message,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  return picked?.id;
}

async function detailsOf(
  engine: Pick<Engine, 'getPackage'>,
  id: string,
  signal: AbortSignal,
): Promise<PackageDetails | undefined> {
  return await engine.getPackage({ id }, { signal }).catch(() => undefined);
}

function candidateItem(id: string, found: PackageDetails | undefined): vscode.QuickPickItem & { readonly id: string } {
  const description =
    found === undefined
      ? ''
      : [
          found.latest === undefined ? t('all versions yanked') : plainText(found.latest),
          publisherStateText(found.publisherState, t) ?? '',
          countProviders(found, t),
          formatTime(found.updated, Date.now(), vscode.env.language),
        ]
          .filter((part) => part !== '')
          .join(' · ');
  // The whole id, because the ends of two publisher ids can be made to look alike.
  return { label: `$(package) ${plainText(id.slice(id.indexOf('/') + 1))}`, description, detail: plainText(id), id };
}
