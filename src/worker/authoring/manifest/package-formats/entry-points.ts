import { isTable } from '../document.ts';
import type { ManifestFields } from '../manifest-fields.ts';
import type { KeyPath, Located } from '../manifest.ts';

/** More entry points of one package are not checked. */
const MAX_ENTRY_POINTS = 500;

type NpmEntryPoint = Located<string> & { readonly key: string };

/** Entry points of a package.json: `main`, `bin`, the targets of `exports`, and those that tools read. */
export function npmEntryPoints(root: ManifestFields): NpmEntryPoint[] {
  const found: NpmEntryPoint[] = [];
  for (const key of ['main', 'module', 'browser', 'types', 'typings']) {
    const value = root.value(key);
    if (typeof value === 'string' && value.trim() !== '') found.push({ key, value, at: root.at(key) });
  }
  collect('bin', root.value('bin'), root.at('bin'), found);
  collect('exports', root.value('exports'), root.at('exports'), found);
  // Targets of `exports` begin with `./`. Those with `../` are errors, and others name packages.
  return found.filter(({ key, value }) => key !== 'exports' || /^\.{1,2}[\\/]/.test(value));
}

function collect(key: string, value: unknown, at: KeyPath, found: NpmEntryPoint[]): void {
  if (found.length >= MAX_ENTRY_POINTS) return;
  if (typeof value === 'string' && value.trim() !== '') found.push({ key, value, at });
  else if (Array.isArray(value))
    value.forEach((one, index) => {
      collect(key, one, [...at, String(index)], found);
    });
  else if (isTable(value)) for (const name of Object.keys(value)) collect(key, value[name], [...at, name], found);
}
