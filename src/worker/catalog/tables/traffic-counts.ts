import type { Database } from '../../sqlite/database.ts';

const COUNTS_KEY = 'traffic';
const PAUSED_KEY = 'seeding-paused';

interface DailyTraffic {
  readonly sent: number;
  readonly received: number;
}

/** Bytes sent and received on one day, and whether seeding is paused; kept across restarts. */
export class TrafficCounts {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @param day days since the Unix epoch; the counts of another day are not returned */
  load(day: number): DailyTraffic {
    const [kept, sent, received] = (this.#db.meta(COUNTS_KEY) ?? '').split(' ').map(Number);
    return kept === day ? { sent: sent ?? 0, received: received ?? 0 } : { sent: 0, received: 0 };
  }

  save(day: number, { sent, received }: DailyTraffic): void {
    this.#db.setMeta(COUNTS_KEY, `${day} ${sent} ${received}`);
  }

  isPaused(): boolean {
    return this.#db.meta(PAUSED_KEY) === '1';
  }

  savePaused(paused: boolean): void {
    this.#db.setMeta(PAUSED_KEY, paused ? '1' : '0');
  }
}
