import * as vscode from 'vscode';
import { isPublisherId, shortPublisherId } from '../../identity/publisher-id.ts';
import type { PublisherState, PublisherSummary } from '../../shared/model.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { Services } from '../services.ts';
import { notify } from '../ui/notify.ts';
import { publisherStateText } from '../ui/publisher-text.ts';
import { isPackageNode } from '../views/package-nodes.ts';

const { t } = vscode.l10n;
const CALL_TIMEOUT_MS = 10_000;

/**
 * Trust, follow or block the publisher of the tree item, or one that the user picks or types; without a state, take that
 * back.
 */
export async function setPublisherState(
  services: Services,
  argument: unknown,
  state: PublisherState | undefined,
): Promise<void> {
  const publisher = isPackageNode(argument) ? argument.summary.publisher : await pickPublisher(services, state);
  if (publisher === undefined || (state === 'blocked' && !(await confirmsBlock(publisher)))) return;
  const request = { publisher, ...(state === undefined ? {} : { state }) };
  const engine = await services.client.engine();
  await callWithTimeout(CALL_TIMEOUT_MS, undefined, (signal) => engine.setPublisherState(request, { signal }));
  vscode.window.setStatusBarMessage(`$(check) ${doneText(publisher, state)}`, 5_000);
}

/** Show the publishers to whom the user has a relation; the picked one is copied. */
export async function listPublishers(services: Services): Promise<void> {
  const publishers = await readPublishers(services);
  if (publishers.length === 0) {
    void notify('information', t('You do not trust, follow, or block any publisher.'));
    return;
  }
  const picked = await vscode.window.showQuickPick(publishers.map(publisherItem), {
    title: t('Publishers'),
    placeHolder: t('Select a publisher to copy its ID'),
    matchOnDescription: true,
  });
  if (picked?.publisher === undefined) return;
  await vscode.env.clipboard.writeText(picked.publisher);
  vscode.window.setStatusBarMessage(`$(check) ${t('Publisher ID copied')}`, 3_000);
}

interface PublisherItem extends vscode.QuickPickItem {
  /** Absent for the item that asks for an id. */
  readonly publisher?: string;
}

/** A known publisher with another state, or one whose id the user types; undefined when the user cancels. */
async function pickPublisher(services: Services, state: PublisherState | undefined): Promise<string | undefined> {
  const known = (await readPublishers(services)).filter((one) => !one.own && one.state !== state);
  const items: PublisherItem[] = known.map(publisherItem);
  if (state !== undefined) items.push({ label: `$(edit) ${t('Enter a publisher ID…')}`, alwaysShow: true });
  if (items.length === 0) {
    void notify('information', t('No publisher is trusted, followed, or blocked.'));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: titleOf(state),
    placeHolder: t('Select a publisher'),
    matchOnDescription: true,
  });
  if (picked === undefined || picked.publisher !== undefined) return picked?.publisher;
  return await vscode.window.showInputBox({
    title: titleOf(state),
    prompt: t('Enter the publisher ID.'),
    placeHolder: 'z6Mk…',
    ignoreFocusOut: true,
    validateInput: (text) =>
      isPublisherId(text) ? undefined : t('A publisher ID starts with z6Mk and has 48 characters.'),
  });
}

async function readPublishers({ client }: Services): Promise<readonly PublisherSummary[]> {
  const engine = await client.engine();
  return await callWithTimeout(CALL_TIMEOUT_MS, undefined, (signal) => engine.publishers({}, { signal }));
}

function publisherItem({ publisher, state, own, packages, installed }: PublisherSummary): PublisherItem {
  const parts = [
    own ? t('you') : '',
    publisherStateText(state, t) ?? '',
    packages === 1 ? t('1 package') : t('{0} packages', packages),
    installed === 0 ? '' : t('{0} installed', installed),
  ];
  return {
    label: `$(${state === 'blocked' ? 'circle-slash' : state === 'trusted' ? 'workspace-trusted' : 'account'}) ${publisher}`,
    description: parts.filter((part) => part !== '').join(' · '),
    publisher,
  };
}

async function confirmsBlock(publisher: string): Promise<boolean> {
  const item = {
    label: `$(circle-slash) ${t('Block {0}', shortPublisherId(publisher))}`,
    detail: t('Names never mean its packages, and they are not updated.'),
  };
  const title = t('Block {0}?', shortPublisherId(publisher));
  return (await vscode.window.showQuickPick([item], { title })) !== undefined;
}

function titleOf(state: PublisherState | undefined): string {
  switch (state) {
    case 'trusted':
      return t('Trust Publisher');
    case 'followed':
      return t('Follow Publisher');
    case 'blocked':
      return t('Block Publisher');
    case undefined:
      return t('Clear Publisher State');
  }
}

function doneText(publisher: string, state: PublisherState | undefined): string {
  const name = shortPublisherId(publisher);
  switch (state) {
    case 'trusted':
      return t('{0} is now trusted', name);
    case 'followed':
      return t('{0} is now followed', name);
    case 'blocked':
      return t('{0} is now blocked', name);
    case undefined:
      return t('{0} has no state anymore', name);
  }
}
