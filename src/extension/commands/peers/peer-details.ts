import * as vscode from 'vscode';
import { COMMANDS } from '../../../shared/contributions.ts';
import type { PeerDetails } from '../../../shared/model.ts';
import type { Detail, DetailGroup } from '../../ui/details.ts';
import { addressDetail } from '../../ui/details.ts';
import { formatBytes, formatRtt, formatTime } from '../../ui/format.ts';
import { scoreLines } from '../../ui/reputation-text.ts';
import { peerIcon, standingMeaning, standingText } from '../../ui/standing-text.ts';
import { withPeerId } from '../../views/peer-texts.ts';

const { t } = vscode.l10n;

/** All details of a peer and the actions on it. */
export function peerGroups(peer: PeerDetails): DetailGroup[] {
  return [
    { title: t('Peer'), details: identityDetails(peer) },
    { title: t('Standing'), details: [...standingDetails(peer), ...standingActions(peer)] },
    { title: t('Score breakdown'), details: scoreDetails(peer) },
    { title: t('Transfers'), details: transferDetails(peer) },
    { title: t('Addresses'), details: addressesOf(peer).map(addressDetail) },
    { title: t('Claims to provide'), details: peer.provides.map((id) => detail(t('Package'), id, 'package')) },
    { title: t('Protocols'), details: peer.protocols.map((id) => detail(t('Protocol'), id, 'plug')) },
  ];
}

function identityDetails(peer: PeerDetails): Detail[] {
  return [
    ...(peer.name === '' ? [] : [detail(t('Claimed name'), peer.name, 'person')]),
    detail(t('Peer ID'), peer.id, 'key'),
    detail(t('State'), connectionText(peer), 'plug'),
    ...(peer.rtt === undefined ? [] : [detail(t('Round-trip time'), formatRtt(peer.rtt), 'clock')]),
    ...(peer.agent === '' ? [] : [detail(t('Software'), peer.agent, 'info')]),
  ];
}

function connectionText({ connected, since, lastSeen }: PeerDetails): string {
  if (connected) return since === undefined ? t('connected') : t('connected since {0}', time(since));
  return lastSeen === undefined ? t('disconnected') : t('disconnected, last seen {0}', time(lastSeen));
}

function standingDetails(peer: PeerDetails): Detail[] {
  const { standing, standingReason } = peer;
  const text = standingText(peer, t, vscode.env.language);
  return [
    detail(t('Standing'), `${text}. ${standingMeaning(standing, t)}`, standing === 'normal' ? 'pass' : peerIcon(peer)),
    ...(standingReason === undefined ? [] : [detail(t('Reason'), standingReason, 'comment')]),
  ];
}

function standingActions(peer: PeerDetails): Detail[] {
  const { standing } = peer;
  const node = { kind: 'peer', peer };
  const run = (label: string, icon: string, command: string): Detail => ({
    label,
    icon,
    run: () => vscode.commands.executeCommand(command, node),
  });
  return [
    standing === 'trusted'
      ? run(t('Stop Trusting Peer'), 'workspace-untrusted', COMMANDS.untrustPeer)
      : {
          ...run(t('Trust Peer'), 'workspace-trusted', COMMANDS.trustPeer),
          ...(standing === 'banned' ? { value: t('also removes the ban') } : {}),
        },
    standing === 'banned'
      ? run(t('Unban Peer'), 'discard', COMMANDS.unbanPeer)
      : run(t('Ban Peer…'), 'circle-slash', COMMANDS.banPeer),
  ];
}

function scoreDetails(peer: PeerDetails): Detail[] {
  return [
    detail(t('Score'), t('{0}: sum of the parts below, capped at 1', peer.reputation.toFixed(2)), 'star-empty'),
    ...scoreLines(peer, t, time).map(({ label, value }) => detail(label, value, 'add')),
  ];
}

function transferDetails({ throughput, verifiedPackages, packages }: PeerDetails): Detail[] {
  return [
    detail(t('Verified packages'), String(verifiedPackages), 'verified'),
    detail(t('Packages it claims to provide'), String(packages), 'package'),
    ...(throughput === undefined
      ? []
      : [detail(t('Throughput'), t('{0} per second', formatBytes(Math.round(throughput))), 'dashboard')]),
  ];
}

function addressesOf(peer: PeerDetails): readonly string[] {
  const all = [peer.address, ...peer.addresses].filter((address) => address !== '');
  return [...new Set(all.map((address) => withPeerId(address, peer.id)))];
}

function detail(label: string, value: string, icon: string): Detail {
  return { label, value, icon };
}

function time(at: number): string {
  return formatTime(at, Date.now(), vscode.env.language);
}
