import * as vscode from 'vscode';
import { COMMANDS } from '../../shared/contributions.ts';
import type { Services } from '../services.ts';
import { addBootstrapSetting } from '../settings/settings.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import { peerAddressProblem } from '../ui/multiaddr.ts';
import { plainText } from '../ui/plain-text.ts';
import { commandAction, notify } from '../ui/notify.ts';
import { withWindowProgress } from '../ui/progress.ts';

const { t } = vscode.l10n;
const DIAL_TIMEOUT_MS = 30_000;

/**
 * Connect to a peer and add its address to the user's bootstrap peers.
 *
 * @param given the address; prompts for it when it is not a string
 */
export async function connectToPeer(services: Services, given?: unknown): Promise<void> {
  const address = typeof given === 'string' ? validAddress(given) : await promptForAddress();
  if (address === undefined) return;
  // First of all, so that the settings watcher does not treat the new bootstrap peer as a change that needs a restart.
  services.node.addAppliedBootstrap(address);
  await addBootstrapSetting(address);
  const result = await withWindowProgress(t('Connecting to the peer…'), () => connect(services, address));
  if (result.state === 'connected') {
    void notify('information', t('Connected. The node will reconnect to this peer each time it starts.'));
    return;
  }
  const why = result.error === undefined ? t('The peer did not respond.') : plainText(result.error);
  void notify(
    'warning',
    t('The peer was added but cannot be reached right now: {0} The node will try again the next time it starts.', why),
    [commandAction(t('Show Log'), COMMANDS.showLog)],
  );
}

async function connect({ client, node }: Services, address: string): ReturnType<typeof dial> {
  await node.start();
  return await dial(client, address);
}

async function dial(client: Services['client'], address: string) {
  const engine = await client.engine();
  return await callWithTimeout(DIAL_TIMEOUT_MS, undefined, (signal) => engine.bootstrap({ address }, { signal }));
}

function validAddress(given: string): string | undefined {
  const address = given.trim();
  const problem = peerAddressProblem(address, t);
  if (problem === undefined) return address;
  void notify('error', t('“{0}” is not a valid peer address. {1}', plainText(address), problem), [
    commandAction(t('Enter Address'), COMMANDS.connectToPeer),
  ]);
  return undefined;
}

async function promptForAddress(): Promise<string | undefined> {
  const address = await vscode.window.showInputBox({
    title: t('Connect to Peer'),
    prompt: t('Enter the address of the peer. To get it, run “Ggen: Copy Peer Address” on the other machine.'),
    placeHolder: '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…',
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : peerAddressProblem(value.trim(), t)),
  });
  return address === undefined || address.trim() === '' ? undefined : validAddress(address);
}
