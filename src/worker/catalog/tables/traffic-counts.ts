import type { Database } from '../../sqlite/database.ts';

const COUNT = 'traffic';
const PAUSED = 'seeding-paused';

interface Count {
  readonly sent: number;
  readonly received: number;
}

/** How much of packages came and went on a day, and whether handing out is paused: kept across restarts. */
export class TrafficCounts {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @param day days since the epoch; of another day than the one kept, nothing is known */
  load(day: number): Count {
    const [kept, sent, received] = (this.#db.meta(COUNT) ?? '').split(' ').map(Number);
    return kept === day ? { sent: sent ?? 0, received: received ?? 0 } : { sent: 0, received: 0 };
  }

  save(day: number, { sent, received }: Count): void {
    this.#db.setMeta(COUNT, `${day} ${sent} ${received}`);
  }

  isPaused(): boolean {
    return this.#db.meta(PAUSED) === '1';
  }

  savePaused(paused: boolean): void {
    this.#db.setMeta(PAUSED, paused ? '1' : '0');
  }
}
