import * as vscode from 'vscode';
import { COMMANDS } from '../../../shared/contributions.ts';
import type { PeerDetails } from '../../../shared/model.ts';
import type { Fact, FactGroup } from '../../ui/facts.ts';
import { addressFact } from '../../ui/facts.ts';
import { formatBytes, formatRtt, formatTime } from '../../ui/format.ts';
import { scoreLines } from '../../ui/reputation-text.ts';
import { peerIcon, standingMeaning, standingText } from '../../ui/standing.ts';
import { withPeerId } from '../../views/peer-texts.ts';

const { t } = vscode.l10n;

/** Everything that is known of a peer, and what can be done about it. */
export function peerGroups(peer: PeerDetails): FactGroup[] {
  return [
    { title: t('Peer'), facts: identityFacts(peer) },
    { title: t('Standing'), facts: [...standingFacts(peer), ...standingActions(peer)] },
    { title: t('Why this score'), facts: scoreFacts(peer) },
    { title: t('Transfers'), facts: transferFacts(peer) },
    { title: t('Addresses'), facts: addressesOf(peer).map(addressFact) },
    { title: t('Says that it serves'), facts: peer.provides.map((id) => fact(t('Package'), id, 'package')) },
    { title: t('Protocols'), facts: peer.protocols.map((id) => fact(t('Protocol'), id, 'plug')) },
  ];
}

function identityFacts(peer: PeerDetails): Fact[] {
  return [
    ...(peer.name === '' ? [] : [fact(t('Claimed name'), peer.name, 'person')]),
    fact(t('Peer id'), peer.id, 'key'),
    fact(t('State'), presence(peer), 'plug'),
    ...(peer.rtt === undefined ? [] : [fact(t('Round-trip time'), formatRtt(peer.rtt), 'clock')]),
    ...(peer.agent === '' ? [] : [fact(t('Software'), peer.agent, 'info')]),
  ];
}

function presence({ connected, since, lastSeen }: PeerDetails): string {
  if (connected) return since === undefined ? t('connected') : t('connected since {0}', time(since));
  return lastSeen === undefined ? t('away') : t('away, last seen {0}', time(lastSeen));
}

function standingFacts(peer: PeerDetails): Fact[] {
  const { standing, standingReason } = peer;
  const text = standingText(peer, t, vscode.env.language);
  return [
    fact(t('Standing'), `${text}. ${standingMeaning(standing, t)}`, standing === 'normal' ? 'pass' : peerIcon(peer)),
    ...(standingReason === undefined ? [] : [fact(t('Reason'), standingReason, 'comment')]),
  ];
}

function standingActions(peer: PeerDetails): Fact[] {
  const { standing } = peer;
  const node = { kind: 'peer', peer };
  const run = (label: string, icon: string, command: string): Fact => ({
    label,
    icon,
    run: () => vscode.commands.executeCommand(command, node),
  });
  return [
    standing === 'trusted'
      ? run(t('Stop Trusting Peer'), 'workspace-untrusted', COMMANDS.untrustPeer)
      : {
          ...run(t('Trust Peer'), 'workspace-trusted', COMMANDS.trustPeer),
          ...(standing === 'banned' ? { value: t('lifts the ban as well') } : {}),
        },
    standing === 'banned'
      ? run(t('Lift Ban'), 'discard', COMMANDS.unbanPeer)
      : run(t('Ban Peer'), 'circle-slash', COMMANDS.banPeer),
  ];
}

function scoreFacts(peer: PeerDetails): Fact[] {
  return [
    fact(t('Score'), t('{0}: the sum of these, at most 1', peer.reputation.toFixed(2)), 'star-empty'),
    ...scoreLines(peer, t, time).map(({ label, value }) => fact(label, value, 'add')),
  ];
}

function transferFacts({ throughput, verifiedPackages, packages }: PeerDetails): Fact[] {
  return [
    fact(t('Packages verified'), String(verifiedPackages), 'verified'),
    fact(t('Packages that it says it serves'), String(packages), 'package'),
    ...(throughput === undefined
      ? []
      : [fact(t('Throughput'), t('{0} per second', formatBytes(Math.round(throughput))), 'dashboard')]),
  ];
}

function addressesOf(peer: PeerDetails): readonly string[] {
  const all = [peer.address, ...peer.addresses].filter((address) => address !== '');
  return [...new Set(all.map((address) => withPeerId(address, peer.id)))];
}

function fact(label: string, value: string, icon: string): Fact {
  return { label, value, icon };
}

function time(at: number): string {
  return formatTime(at, Date.now(), vscode.env.language);
}
