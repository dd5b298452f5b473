import type { AssignedStanding } from '../../reputation/standing.ts';
import type { Database, Row } from '../../sqlite/database.ts';

interface StandingRow extends Row {
  peer: string;
  standing: 'trusted' | 'banned';
  reason: string;
  author: 'user' | 'automatic';
  since: number;
  until: number | null;
}

/** Bans and trust, kept across restarts. */
export class Standings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  all(): Map<string, AssignedStanding> {
    const rows = this.#db.all<StandingRow>('SELECT * FROM standings');
    return new Map(
      rows.map(({ peer, standing, reason, author, since, until }) => [
        peer,
        { standing, reason, author, since, ...(until === null ? {} : { until }) },
      ]),
    );
  }

  set(peer: string, { standing, reason, author, since, until }: AssignedStanding): void {
    this.#db.transaction(() => {
      // Deletes first: REPLACE fires no delete trigger, and triggers count active providers.
      this.remove(peer);
      this.#db.run(
        'INSERT INTO standings (peer, standing, reason, author, since, until) VALUES (?, ?, ?, ?, ?, ?)',
        peer,
        standing,
        reason,
        author,
        since,
        until ?? null,
      );
    });
  }

  remove(peer: string): void {
    this.#db.run('DELETE FROM standings WHERE peer = ?', peer);
  }
}
