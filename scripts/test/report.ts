/** What a test process tells the one that started it, through a file. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Report {
  readonly passed: number;
  readonly failed: number;
  /** Skipped by the test itself, because it does not apply here. */
  readonly pending: number;
}

/** Environment variable with the path of the file to write. */
export const REPORT_FILE = 'GGEN_TEST_REPORT';

/** Write the report where the parent wants it; nothing without REPORT_FILE. */
export function writeReport(report: Report): void {
  const path = process.env[REPORT_FILE];
  if (path !== undefined && path !== '') writeFileSync(path, JSON.stringify(report));
}

/** The report at this path; undefined when the process ended before it wrote one. */
export function readReport(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}
