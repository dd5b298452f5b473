import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { addBootstrapSetting } from '../settings/settings.ts';
import { bounded } from '../engine/bounded.ts';
import { peerAddressFault } from '../ui/multiaddr.ts';
import { plainText } from '../ui/plain-text.ts';
import { ask } from '../ui/report-error.ts';
import { showLog } from './show-log.ts';

const { t } = vscode.l10n;
const DIAL_BOUND = 30_000;

/** Ask for a peer's address (or take `given`), keep it in the user's settings and join the peer. */
export async function addBootstrapPeer(services: Services, given?: unknown): Promise<void> {
  const address = typeof given === 'string' ? checked(given) : await askAddress();
  if (address === undefined) return;
  // Before the setting changes, so that the change is not taken for one that needs a restart.
  services.node.noteBootstrap(address);
  await addBootstrapSetting(address);
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t('Connecting to the peer…') },
    () => connect(services, address),
  );
  if (result.state === 'connected') {
    void vscode.window.showInformationMessage(t('Connected. The peer is joined again whenever the node starts.'));
    return;
  }
  const why = result.error === undefined ? t('It did not answer.') : plainText(result.error);
  void ask(
    'warning',
    t('The peer was added, but it cannot be reached now: {0} It is tried again when the node starts.', why),
    [
      {
        title: t('Show Log'),
        run: () => {
          showLog(services);
        },
      },
    ],
  );
}

async function connect({ host, node }: Services, address: string): ReturnType<typeof dial> {
  await node.start();
  return await dial(host, address);
}

async function dial(host: Services['host'], address: string) {
  const engine = await host.engine();
  return await bounded(DIAL_BOUND, undefined, (signal) => engine.bootstrap({ address }, { signal }));
}

function checked(given: string): string | undefined {
  const address = given.trim();
  const fault = peerAddressFault(address, t);
  if (fault === undefined) return address;
  void vscode.window.showErrorMessage(t('“{0}” is not the address of a peer. {1}', plainText(address), fault));
  return undefined;
}

async function askAddress(): Promise<string | undefined> {
  const address = await vscode.window.showInputBox({
    title: t('Add Bootstrap Peer'),
    prompt: t('Address of the peer to join. “Ggen: Copy Peer Address” on the other machine gives it.'),
    placeHolder: '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…',
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : peerAddressFault(value.trim(), t)),
  });
  return address === undefined || address.trim() === '' ? undefined : checked(address);
}
