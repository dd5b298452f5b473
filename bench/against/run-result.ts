/** Reads what one run of the benchmarks measured: its report, or the table that commits before the reports print. */
import type { Unit } from '../figure.ts';

/** One number of one figure of one run. */
export interface RunFigure {
  /** The same in every run and commit: see `keyOf`. */
  readonly key: string;
  readonly unit: Unit;
  readonly value: number;
  /** `own`: see `ownBaseline` in figure.ts. */
  readonly baseline: { readonly title: string; readonly value: number; readonly own?: true };
}

export interface RunResult {
  readonly figures: readonly RunFigure[];
  /** What could not be measured, in words. */
  readonly failures: readonly string[];
}

/** Titles once had measured numbers in parentheses: `load (71.8) and activate (26.5)`. */
export function keyOf(title: string): string {
  return title.replace(/ \(\d+(\.\d+)?\)/g, '').trim();
}

/** @throws Error when the text is no report of a known format */
export function readReport(text: string): RunResult {
  const report: unknown = JSON.parse(text);
  if (!isObject(report) || report['format'] !== 1) throw new Error('The report has another format.');
  const { figures, failures } = report;
  if (!Array.isArray(figures) || !Array.isArray(failures)) throw new Error('The report has no figures.');
  return {
    figures: figures.map(readFigure),
    failures: failures.map((failure) => (isObject(failure) ? String(failure['message']) : String(failure))),
  };
}

function readFigure(figure: unknown): RunFigure {
  if (isObject(figure) && isObject(figure['baseline'])) {
    const { title, unit, value, baseline } = figure;
    const { title: beside, value: base, own } = baseline;
    if (
      typeof title === 'string' &&
      isUnit(unit) &&
      typeof value === 'number' &&
      typeof beside === 'string' &&
      typeof base === 'number'
    ) {
      const read = { title: beside, value: base, ...(own === true ? ({ own } as const) : {}) };
      return { key: keyOf(title), unit, value, baseline: read };
    }
  }
  throw new Error(`The report has a figure that cannot be read: ${JSON.stringify(figure)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isUnit(value: unknown): value is Unit {
  return value === 'ms' || value === 'MB' || value === 'peers';
}

/** `✔  title  12.3 ms  below 30 ms  2.10 × what it is beside (5.86 ms)` */
const LINE =
  /^[✔✘] {2}(?<title>\S.*?) {2,}(?<value>-?[\d.]+) (?<unit>ms|MB|peers) {2,}below \S+ \k<unit> {2}\S+ × (?<beside>.+) \((?<base>-?[\d.]+) \k<unit>\)$/;
const FAILED = /^✘ {2}(?<what>\S+ could not be measured: .*)$/;

/** What the table says; empty when there is none. */
export function readTable(text: string): RunResult {
  const figures: RunFigure[] = [];
  const failures: string[] = [];
  for (const line of text.split('\n')) {
    const { title, value, unit, beside, base } = LINE.exec(line)?.groups ?? {};
    if (title !== undefined && beside !== undefined && isUnit(unit)) {
      figures.push({
        key: keyOf(title),
        unit,
        value: Number(value),
        baseline: { title: beside, value: Number(base) },
      });
    }
    const what = FAILED.exec(line)?.groups?.['what'];
    if (what !== undefined) failures.push(what);
  }
  return { figures, failures };
}
