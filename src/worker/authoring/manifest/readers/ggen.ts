import type { ManifestFields } from '../manifest-fields.ts';
import { readDependencies, readPeople, readTags } from '../lists.ts';
import type { Located, RawManifest } from '../manifest.ts';

/** Files of ggen's own forms. Each form is accepted in each of them: the table in the file decides. */
export const GGEN_FILES = ['gpack.toml', 'package.toml', 'pack.toml'];

/**
 * Reads what ggen's forms have in common: `main` is the table that describes the package, with `[metadata]`,
 * `[dependencies]` and `[tags]` inside or beside it. With an `id`, that is the package's name, and `name` is its title.
 */
export function readGgen(root: ManifestFields, main: ManifestFields): RawManifest {
  const sections = main.path.length === 0 ? [main] : [main, root];
  const describingSections = [main, ...sections.map((section) => section.sub('metadata'))];
  const text = (...keys: readonly string[]): Located<string> | undefined =>
    firstDefined(describingSections, (at) => at.text(...keys));
  const hasId = main.has('id');
  return {
    packageTable: main.path,
    name: main.first('id', 'name'),
    version: main.first('version'),
    title: main.text('title', ...(hasId ? ['name'] : [])),
    description: text('description'),
    license: text('license', 'licence'),
    authors: describingSections.flatMap((at) => [...readPeople(at, 'authors'), ...readPeople(at, 'author')]),
    categories: describingSections.flatMap((at) => [...at.texts('categories'), ...at.texts('category')]),
    tags: [...sections, ...describingSections.slice(1)].flatMap((at) => [
      ...readTags(at, 'tags'),
      ...readTags(at, 'keywords'),
    ]),
    homepage: text('homepage'),
    repository: text('repository'),
    documentation: text('documentation'),
    readme: text('readme'),
    dependencies: sections.flatMap((section) => readDependencies(section, 'dependencies')),
    ...selection(main),
  };
}

/** Reads Cargo's `include` and `exclude`. An empty `include` counts as absent. */
export function selection(main: ManifestFields): Pick<RawManifest, 'include' | 'exclude'> {
  const include = main.texts('include');
  const exclude = main.texts('exclude');
  return {
    include: include.length > 0 ? include : undefined,
    exclude: exclude.length > 0 ? exclude : undefined,
  };
}

export function firstDefined<T, R>(list: readonly T[], read: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const found = read(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
