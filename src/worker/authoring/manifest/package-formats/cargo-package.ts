import type { ManifestFields } from '../manifest-fields.ts';
import type { Located, ManifestPattern } from '../manifest.ts';

/** What decides which files `cargo package` packs. */
export interface CargoPackage {
  /** Patterns in .gitignore syntax; when there are any, `exclude` does not count. */
  readonly include: readonly ManifestPattern[];
  readonly exclude: readonly ManifestPattern[];
  /** Path relative to the manifest. Absent: one of the usual names. False: none. */
  readonly readme?: string | false;
  readonly licenseFile?: string;
  /** Whether the manifest names no target, so that Cargo looks for `src/lib.rs` and `src/main.rs`. */
  readonly hasDefaultTargets: boolean;
}

/** @param main the table `[package]` */
export function cargoPackage(root: ManifestFields, main: ManifestFields): CargoPackage {
  const readme = main.value('readme');
  const licenseFile = main.value('license-file');
  const hasLibrary = typeof root.sub('lib').value('path') === 'string';
  return {
    include: patterns(main, 'include'),
    exclude: patterns(main, 'exclude'),
    ...(readme === false ? { readme } : {}),
    ...(readme === true ? { readme: 'README.md' } : {}),
    ...(typeof readme === 'string' ? { readme } : {}),
    ...(typeof licenseFile === 'string' ? { licenseFile } : {}),
    hasDefaultTargets: !hasLibrary && !Array.isArray(root.value('bin')),
  };
}

/** Sources that the manifest names: of the library, the programs, and the build script. */
export function cargoEntryPoints(
  root: ManifestFields,
  main: ManifestFields,
): (Located<string> & { readonly key: string })[] {
  const library = root.sub('lib').text('path');
  const build = main.value('build');
  const programs = root.value('bin');
  const paths = Array.isArray(programs)
    ? root.elements('bin', programs).map(({ value, at }) => {
        const table = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
        return root.inner(table, at).text('path');
      })
    : [];
  return [
    ...(library === undefined ? [] : [{ key: 'lib.path', ...library }]),
    ...paths.flatMap((path) => (path === undefined ? [] : [{ key: 'bin.path', ...path }])),
    ...(typeof build === 'string' ? [{ key: 'build', value: build, at: main.at('build') }] : []),
  ];
}

function patterns(main: ManifestFields, key: string): ManifestPattern[] {
  return main.texts(key).map(({ value, at }) => ({ value, line: main.report.positionOf(at).line }));
}
