import { escapeInvisibleCharacters } from '../../../paths/invisible-characters.ts';
import type { ManifestFields } from '../manifest-fields.ts';
import { readDependencies, readPeople, readTags } from '../lists.ts';
import type { Located, RawManifest } from '../manifest.ts';
import { pythonPackage, scriptModules } from '../package-formats/python-package.ts';
import type { ManifestReader } from '../manifest-reader.ts';
import { firstDefined } from './ggen.ts';

const NO_PROJECT_MESSAGE =
  'This pyproject.toml has neither `[project]` nor `[tool.poetry]`, so it does not describe a package.';
const DYNAMIC_VERSION_MESSAGE =
  'The version is `dynamic`, but build tools are not run. Choose the version when you publish (`--version` on the ' +
  'command line), or set it explicitly, for example `version = "1.0.0"`.';

/** pyproject.toml: `[project]` of PEP 621, `[tool.poetry]`, or both (Poetry 2), where `[project]` has priority. */
export const pythonReader: ManifestReader = {
  kind: 'python',
  files: ['pyproject.toml'],
  accepts: () => true,
  read: (root): RawManifest => {
    const project = root.sub('project');
    const poetry = root.sub('tool').sub('poetry');
    const sections = [project, poetry];
    const python = pythonPackage(root);
    const described = root.has('project') || root.sub('tool').has('poetry');
    const text = (key: string): Located<string> | undefined => firstDefined(sections, (section) => section.text(key));
    return {
      packageTable: root.has('project') ? project.path : poetry.path,
      name: firstDefined(sections, (section) => section.first('name')),
      version: firstDefined(sections, (section) => section.first('version')),
      noPackageReason: described ? undefined : { value: NO_PROJECT_MESSAGE, at: [] },
      noVersionReason: dynamicVersion(project),
      description: text('description'),
      license: firstDefined(sections, license),
      authors: firstNonEmpty(sections, (section) => readPeople(section, 'authors')),
      categories: [],
      tags: firstNonEmpty(sections, (section) => readTags(section, 'keywords')),
      homepage: poetry.text('homepage') ?? link(sections, ['homepage', 'home', 'home page']),
      repository:
        poetry.text('repository') ?? link(sections, ['repository', 'source', 'source code', 'github', 'code']),
      documentation: poetry.text('documentation') ?? link(sections, ['documentation', 'docs']),
      readme: firstDefined(sections, readme),
      dependencies: readDependencies(root.sub('tool').sub('ggen'), 'dependencies'),
      privacy: sections.flatMap(privateClassifiers),
      python,
      ...(python === undefined ? {} : { entryPoints: scriptModules(root) }),
    };
  },
};

/** Classifiers that PyPI refuses, so that a private project is not uploaded by mistake. */
function privateClassifiers(section: ManifestFields): Located<string>[] {
  return section
    .texts('classifiers')
    .filter(({ value }) => /^private\s*::/i.test(value.trim()))
    .map(({ value, at }) => ({ value: `it has the classifier \`${escapeInvisibleCharacters(value.trim())}\``, at }));
}

function dynamicVersion(project: ManifestFields): Located<string> | undefined {
  const dynamic = project.texts('dynamic').some(({ value }) => value === 'version');
  return dynamic ? { value: DYNAMIC_VERSION_MESSAGE, at: project.at('dynamic') } : undefined;
}

/** A license expression (PEP 639), `{ text = … }` whose first line names the license, or `{ file = … }`. */
function license(section: ManifestFields): Located<string> | undefined {
  if (!section.hasTable('license')) return section.text('license');
  const table = section.sub('license');
  const text = table.text('text');
  if (text !== undefined) return { value: text.value.trim().split(/\r?\n/, 1)[0] ?? '', at: text.at };
  const file = table.text('file');
  return file && { value: `SEE LICENSE IN ${file.value}`, at: file.at };
}

/** Link labels are free text; case, dashes and spaces are ignored (PEP 753). */
function link(sections: readonly ManifestFields[], labels: readonly string[]): Located<string> | undefined {
  const tables = sections.map((section) => section.sub('urls'));
  return firstDefined(labels, (label) =>
    firstDefined(tables, (table) => {
      const key = table.keys().find((candidate) => normalizeLabel(candidate) === normalizeLabel(label));
      return key === undefined ? undefined : table.text(key);
    }),
  );
}

function normalizeLabel(label: string): string {
  return label.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function readme(section: ManifestFields): Located<string> | undefined {
  if (section.hasTable('readme')) return section.sub('readme').text('file');
  return section.texts('readme')[0];
}

function firstNonEmpty<R>(sections: readonly ManifestFields[], read: (section: ManifestFields) => R[]): R[] {
  return (
    firstDefined(sections, (section) => {
      const list = read(section);
      return list.length > 0 ? list : undefined;
    }) ?? []
  );
}
