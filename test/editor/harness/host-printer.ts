import { limitFailure, type Report } from '../../../scripts/test/report.ts';
import { decodeHostEvent, type HostEvent } from './host-events.ts';

/** Prints and counts the results of the suite in the extension host. */
export class HostPrinter {
  readonly #failures: string[] = [];
  #passed = 0;
  #pending = 0;
  #ended = false;

  /** Read a line of the extension host's console; lines without an event are ignored. */
  readLine(line: string): void {
    const event = decodeHostEvent(line);
    if (event !== undefined) this.#handleEvent(event);
  }

  /** The counts. A suite that ended early counts as one more failure. */
  report(): Report {
    return {
      passed: this.#passed,
      failed: this.#failures.length + (this.#ended ? 0 : 1),
      pending: this.#pending,
      failures: this.#failures.map(limitFailure),
    };
  }

  /** Print all failures, and whether the suite ran to its end. */
  printSummary(): void {
    console.log(`\n  ${this.#passed} passing, ${this.#pending} pending, ${this.#failures.length} failing\n`);
    for (const [index, failure] of this.#failures.entries()) console.log(`  ${index + 1}) ${failure}\n`);
    if (!this.#ended) console.log('  The suite in the extension host stopped before its end.\n');
  }

  #handleEvent(event: HostEvent): void {
    switch (event.kind) {
      case 'suite':
        console.log(`${indent(event.depth)}${event.title}`);
        break;
      case 'pass':
        this.#passed++;
        console.log(`${indent(event.depth)}✔ ${event.title}`);
        break;
      case 'pending':
        this.#pending++;
        console.log(`${indent(event.depth)}- ${event.title}`);
        break;
      case 'fail':
        this.#failures.push(`${event.title}\n${event.error.replace(/^/gm, '     ')}`);
        console.log(`${indent(event.depth)}${this.#failures.length}) ${event.title}`);
        break;
      case 'end':
        this.#ended = true;
    }
  }
}

function indent(depth: number): string {
  return '  '.repeat(depth + 1);
}
