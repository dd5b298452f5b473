import type { PeerStanding, PeerSummary } from '../../shared/model.ts';
import { formatTime } from './format.ts';
import type { Localise } from './localise.ts';

type Standing = Pick<PeerSummary, 'standing' | 'standingUntil'>;

/** How this node stands to a peer, in words: `banned until 14:02`. */
export function standingText({ standing, standingUntil }: Standing, t: Localise, language?: string): string {
  switch (standing) {
    case 'normal':
      return t('normal');
    case 'trusted':
      return t('trusted');
    case 'ignored':
      return t('ignored');
    case 'banned':
      return standingUntil === undefined
        ? t('banned')
        : t('banned until {0}', formatTime(standingUntil, Date.now(), language));
  }
}

/** What that means for both of them. */
export function standingMeaning(standing: PeerStanding, t: Localise): string {
  switch (standing) {
    case 'normal':
      return t('It is asked like others, the better its score, the sooner.');
    case 'trusted':
      return t('It is preferred in everything, and never banned automatically.');
    case 'ignored':
      return t('It stays connected, but is not asked.');
    case 'banned':
      return t('No connection with it, and no record is taken from it.');
  }
}

const ICONS: Record<Exclude<PeerStanding, 'normal'>, string> = {
  trusted: 'workspace-trusted',
  ignored: 'mute',
  banned: 'circle-slash',
};

/** Codicon of a peer: its standing where that is not the usual one, else whether it is connected. */
export function peerIcon({ standing, connected }: Pick<PeerSummary, 'standing' | 'connected'>): string {
  if (standing !== 'normal') return ICONS[standing];
  return connected ? 'vm-active' : 'vm-outline';
}
