import type { PeerStanding, PeerSummary } from '../../shared/model.ts';
import { formatTime } from './format.ts';
import type { Localize } from './localize.ts';

type Standing = Pick<PeerSummary, 'standing' | 'standingUntil'>;

/** A peer's standing as text: `banned until 14:02`. */
export function standingText({ standing, standingUntil }: Standing, t: Localize, language?: string): string {
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

/** The effect of a standing on connections and queries. */
export function standingMeaning(standing: PeerStanding, t: Localize): string {
  switch (standing) {
    case 'normal':
      return t('Queried normally; better scores first');
    case 'trusted':
      return t('Always preferred, and never banned automatically');
    case 'ignored':
      return t('Stays connected, but is not queried');
    case 'banned':
      return t('Not connected, and its records are rejected');
  }
}

const ICONS: Record<Exclude<PeerStanding, 'normal'>, string> = {
  trusted: 'workspace-trusted',
  ignored: 'mute',
  banned: 'circle-slash',
};

/** Codicon of a peer: of its standing unless that is normal, else of its connection state. */
export function peerIcon({ standing, connected }: Pick<PeerSummary, 'standing' | 'connected'>): string {
  if (standing !== 'normal') return ICONS[standing];
  return connected ? 'vm-active' : 'vm-outline';
}
