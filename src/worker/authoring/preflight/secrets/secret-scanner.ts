import type { Diagnostic } from '../../../../shared/model.ts';
import { FileScanner } from './file-scanner.ts';
import type { FoundSecret } from './finding.ts';
import { secretDiagnostic } from './finding.ts';
import { SecretBaseline } from './secret-baseline.ts';

/** More findings are too many to review one by one. */
const MAX_REPORTED_SECRETS = 500;
/** Further findings that do not block are counted. */
const MAX_REPORTED_WARNINGS = 100;

/**
 * Searches for secrets in the bytes that are packed. Files are read once, and cannot change between the search and the
 * packing.
 */
export class SecretScanner {
  readonly #found: FoundSecret[] = [];
  readonly #unsearched: { readonly path: string; readonly obstacle: string }[] = [];

  /** Searches the bytes of a file and yields them unchanged. @param realName of the file, where a link gives it another one */
  async *scan(
    path: string,
    bytes: AsyncIterable<Uint8Array>,
    realName?: string,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const fileScanner = new FileScanner({ path, realName });
    for await (const chunk of bytes) {
      await fileScanner.push(chunk);
      yield chunk;
    }
    await fileScanner.end();
    this.#found.push(...fileScanner.found);
    const [obstacle] = fileScanner.obstacles;
    if (obstacle !== undefined) this.#unsearched.push({ path, obstacle });
  }

  /** Findings so far, sorted by path and line; those that the baseline accepts are counted. */
  diagnostics(baseline: SecretBaseline = SecretBaseline.none): Diagnostic[] {
    const found = this.#found.toSorted((a, b) => comparePaths(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0));
    const blocking = found.filter(({ harmless }) => harmless === undefined);
    const others = found.filter(({ harmless }) => harmless !== undefined).map(secretDiagnostic);
    const unaccepted = blocking.filter((one) => !baseline.accepts(one));
    const accepted = blocking.length - unaccepted.length;
    return [
      ...unaccepted.slice(0, MAX_REPORTED_SECRETS).map(secretDiagnostic),
      ...tooManySecretsDiagnostics(unaccepted),
      ...others.slice(0, MAX_REPORTED_WARNINGS),
      ...moreWarnings(others),
      ...this.#unsearchedDiagnostics(),
      ...baseline.diagnostics(accepted),
    ];
  }

  #unsearchedDiagnostics(): Diagnostic[] {
    const sorted = this.#unsearched.toSorted((a, b) => comparePaths(a.path, b.path));
    return sorted.slice(0, MAX_REPORTED_WARNINGS).map(({ path, obstacle }) => {
      const message = `Not everything in this file was searched for secrets: it ${obstacle}.`;
      return { severity: 'warning', code: 'secrets-unsearched', message, path };
    });
  }
}

function tooManySecretsDiagnostics(found: readonly FoundSecret[]): Diagnostic[] {
  const [next] = found.slice(MAX_REPORTED_SECRETS);
  if (next === undefined) return [];
  const message =
    `There are ${found.length} possible secrets, too many to review. ` +
    'Add their files to .ggenignore, or accept their folders in .ggensecrets.';
  return [{ severity: 'error', code: 'secrets-many', message, path: next.path, line: next.line ?? 1, column: 1 }];
}

function moreWarnings(found: readonly Diagnostic[]): Diagnostic[] {
  const [next] = found.slice(MAX_REPORTED_WARNINGS);
  if (next === undefined) return [];
  const message = `${found.length - MAX_REPORTED_WARNINGS} more findings are placeholders, public keys, or in tests and examples.`;
  return [{ severity: 'warning', code: 'secrets-harmless-many', message, path: next.path }];
}

function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
