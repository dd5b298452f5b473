import { parsePackageId } from '../../identity/publisher-id.ts';
import { errorMessage } from '../../shared/errors.ts';
import { UsageError } from '../command-line/usage-error.ts';

/** A package or release that the user named. */
export interface PackageOperand {
  readonly id: string;
  /** Exact version or range. */
  readonly version?: string;
}

/** Parse a package id on the command line. @throws UsageError */
export function packageOperand(text: string): PackageOperand {
  try {
    const { publisher, name, version } = parsePackageId(text);
    const id = publisher === undefined ? name : `${publisher}/${name}`;
    return version === undefined ? { id } : { id, version };
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

/** Whether the operand names this package. */
export function namesPackage({ id }: PackageOperand, found: { readonly id: string; readonly name: string }): boolean {
  return id === found.id || id === found.name;
}
