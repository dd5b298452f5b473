import type { PublisherState, PublisherSummary } from '../../../shared/model.ts';
import type { Database, Row } from '../../sqlite/database.ts';

/** A publisher that has a package of a name. */
export interface NameCandidate {
  readonly publisher: string;
  readonly state?: PublisherState;
  /** Whether its key has published from this machine. */
  readonly own: boolean;
  /** Whether the user has installed or kept a package of this publisher. */
  readonly installed: boolean;
}

interface CandidateRow extends Row {
  publisher: string;
  state: PublisherState | null;
  own: number;
  installed: number;
}

interface SummaryRow extends Row {
  publisher: string;
  state: PublisherState | null;
  since: number | null;
  own: number;
  packages: number;
  installed: number;
}

/** Publishers that the user has a relation to: their number does not depend on what strangers publish. */
const RELATED = `
  SELECT publisher FROM publishers
  UNION SELECT publisher FROM installs
  UNION SELECT publisher FROM kept
  UNION SELECT publisher FROM packages WHERE mine = 1`;

const CANDIDATE = `p.publisher,
  (SELECT s.state FROM publishers s WHERE s.publisher = p.publisher) AS state,
  p.publisher IN (SELECT publisher FROM packages WHERE mine = 1) AS own,
  EXISTS (SELECT 1 FROM installs i WHERE i.publisher = p.publisher)
    OR EXISTS (SELECT 1 FROM kept k WHERE k.publisher = p.publisher) AS installed`;

/** Which publishers the user trusts, follows and blocks. */
export class PublisherStates {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Sets the state of a publisher, or takes it back when there is none. */
  set(publisher: string, state: PublisherState | undefined, now: number): void {
    if (state === undefined) this.#db.run('DELETE FROM publishers WHERE publisher = ?', publisher);
    else
      this.#db.run(
        `INSERT INTO publishers (publisher, state, since) VALUES (?1, ?2, ?3)
         ON CONFLICT (publisher) DO UPDATE SET state = ?2, since = ?3 WHERE state <> ?2`,
        publisher,
        state,
        now,
      );
  }

  get(publisher: string): PublisherState | undefined {
    return this.#db.get<{ state: PublisherState }>('SELECT state FROM publishers WHERE publisher = ?', publisher)
      ?.state;
  }

  /** Ids of the publishers in a state, the last decided first. */
  inState(state: PublisherState, limit: number): string[] {
    return this.#db
      .all<{ publisher: string }>(
        'SELECT publisher FROM publishers WHERE state = ? ORDER BY since DESC, publisher LIMIT ?',
        state,
        limit,
      )
      .map(({ publisher }) => publisher);
  }

  /** Publishers with a state, own ones, and those of installed and kept packages; those with a state first. */
  list(): PublisherSummary[] {
    return this.#db
      .all<SummaryRow>(`${SUMMARY} ORDER BY s.state IS NULL, s.state DESC, s.since DESC, r.publisher`)
      .map(toSummary);
  }

  /** Summary of one publisher, known or not. */
  summary(publisher: string): PublisherSummary {
    const row = this.#db.get<SummaryRow>(SUMMARY_OF_ONE, publisher);
    return row === undefined ? { publisher, own: false, packages: 0, installed: 0 } : toSummary(row);
  }

  /**
   * Publishers with a package of this name: all to whom the user has a relation, and some others in the order in which
   * they became known here. However many strangers use a name, they cost one bounded query and displace no related publisher.
   *
   * @param also publishers that count as related, such as those of a project's other packages
   */
  candidates(name: string, also: readonly string[], maxStrangers: number): NameCandidate[] {
    const related = this.#db.all<CandidateRow>(
      // CROSS JOIN makes SQLite look up each related publisher instead of reading all packages of the name.
      `SELECT ${CANDIDATE} FROM (${RELATED} UNION SELECT value FROM json_each(?2)) r
       CROSS JOIN packages p ON p.publisher = r.publisher AND p.name = ?1 ORDER BY p.id`,
      name,
      JSON.stringify(also),
    );
    const strangers = this.#db.all<CandidateRow>(
      `SELECT ${CANDIDATE} FROM packages p WHERE p.name = ?
         AND p.publisher NOT IN (SELECT publisher FROM publishers WHERE state = 'blocked') ORDER BY p.id LIMIT ?`,
      name,
      maxStrangers,
    );
    const byPublisher = new Map([...related, ...strangers].map((row) => [row.publisher, toCandidate(row)]));
    return [...byPublisher.values()];
  }
}

const COUNTS = `
    (SELECT count(*) FROM packages p WHERE p.publisher = r.publisher) AS packages,
    EXISTS (SELECT 1 FROM packages p WHERE p.publisher = r.publisher AND p.mine = 1) AS own,
    (SELECT count(*) FROM (SELECT i.name FROM installs i WHERE i.publisher = r.publisher
       UNION SELECT k.name FROM kept k WHERE k.publisher = r.publisher)) AS installed`;

const SUMMARY = `SELECT r.publisher, s.state, s.since, ${COUNTS}
  FROM (${RELATED}) r LEFT JOIN publishers s ON s.publisher = r.publisher`;

const SUMMARY_OF_ONE = `SELECT r.publisher, s.state, s.since, ${COUNTS}
  FROM (SELECT ? AS publisher) r LEFT JOIN publishers s ON s.publisher = r.publisher`;

function toCandidate({ publisher, state, own, installed }: CandidateRow): NameCandidate {
  return { publisher, ...(state === null ? {} : { state }), own: own === 1, installed: installed === 1 };
}

function toSummary({ publisher, state, since, own, packages, installed }: SummaryRow): PublisherSummary {
  return {
    publisher,
    ...(state === null || since === null ? {} : { state, since }),
    own: own === 1,
    packages,
    installed,
  };
}
