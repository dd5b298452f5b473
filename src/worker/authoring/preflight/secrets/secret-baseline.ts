import { join } from 'node:path';
import type { Diagnostic } from '../../../../shared/model.ts';
import { SECRET_BASELINE_FILE, baselineEntry } from '../../../../shared/secret-baseline.ts';
import { escapeInvisibleCharacters } from '../../../paths/invisible-characters.ts';
import { readIgnoreFile } from '../../selection/read-ignore-file.ts';
import type { FoundSecret } from './finding.ts';

const MAX_SHOWN_LENGTH = 80;

/** The possible secrets that a project's baseline file accepts: by fingerprint, or all below a folder. */
export class SecretBaseline {
  static readonly none = new SecretBaseline('');
  /** Line by fingerprint. */
  readonly #fingerprints = new Map<string, number>();
  readonly #used = new Set<string>();
  /** Line by folder. */
  readonly #folders = new Map<string, number>();
  readonly #problems: Diagnostic[] = [];

  constructor(text: string) {
    for (const [index, written] of text.split(/\r?\n/).entries()) {
      const entry = baselineEntry(written);
      if (entry === undefined) continue;
      if ('fingerprint' in entry) this.#fingerprints.set(entry.fingerprint, index + 1);
      else if ('folder' in entry) this.#folders.set(entry.folder, index + 1);
      else this.#problems.push(problem(entry.invalid, index + 1));
    }
  }

  /** Reads the file in a project's root; without one, nothing is accepted. @throws GgenError InvalidRequest when it is too large */
  static async read(root: string): Promise<SecretBaseline> {
    return new SecretBaseline((await readIgnoreFile(join(root, SECRET_BASELINE_FILE))) ?? '');
  }

  accepts({ path, fingerprint }: FoundSecret): boolean {
    if (this.#fingerprints.has(fingerprint)) {
      this.#used.add(fingerprint);
      return true;
    }
    const folders = [...this.#folders.keys()].filter((folder) => path.startsWith(folder));
    for (const folder of folders) this.#used.add(folder);
    return folders.length > 0;
  }

  /** What is wrong in the file, and how many findings it accepts. */
  diagnostics(accepted: number): Diagnostic[] {
    const place = { path: SECRET_BASELINE_FILE, column: 1 };
    const stale = [
      ...[...this.#fingerprints].map(([entry, line]) => ({ entry, line, what: `has the fingerprint ${entry}` })),
      ...[...this.#folders].map(([entry, line]) => ({
        entry,
        line,
        what: `below ${shown(entry)} looks like a secret`,
      })),
    ].filter(({ entry }) => !this.#used.has(entry));
    const count = accepted === 1 ? '1 possible secret is' : `${accepted} possible secrets are`;
    return [
      ...this.#problems,
      ...stale.map(({ line, what }): Diagnostic => {
        const message = `Nothing ${what} anymore. Remove this line.`;
        return { severity: 'warning', code: 'secrets-baseline-stale', message, line, ...place };
      }),
      ...(accepted === 0
        ? []
        : [
            {
              severity: 'information',
              code: 'secrets-accepted',
              message: `${count} accepted by this file.`,
              line: 1,
              ...place,
            } as const,
          ]),
    ];
  }
}

function problem(text: string, line: number): Diagnostic {
  const message = `"${shown(text)}" is neither a fingerprint of 16 hexadecimal digits nor a folder below the project that ends with a slash. Patterns such as **/ are not supported.`;
  return { severity: 'error', code: 'secrets-baseline-invalid', message, path: SECRET_BASELINE_FILE, line, column: 1 };
}

function shown(text: string): string {
  return escapeInvisibleCharacters(text.slice(0, MAX_SHOWN_LENGTH));
}
