/** What a test process tells the one that started it, through a file. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Report {
  readonly passed: number;
  readonly failed: number;
  /** Skipped by the test itself, because it does not apply here. */
  readonly pending: number;
  /** What failed: the full title of each test, and the beginning of its error. */
  readonly failures?: readonly string[];
}

/** Most characters of a failure in a report; the output of the step has it whole. */
const MAX_FAILURE_CHARACTERS = 800;

/** A failed test as `Report.failures` takes it. */
export function limitFailure(failure: string): string {
  return failure.slice(0, MAX_FAILURE_CHARACTERS);
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
