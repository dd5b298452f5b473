import { shortPublisherId } from '../../identity/publisher-id.ts';
import type { Diagnostic } from '../../shared/model.ts';
import type { Packages } from '../catalog/tables/packages.ts';
import type { Manifest } from './manifest/manifest.ts';

/** Groups of character sequences that readers confuse. */
const CONFUSABLE_GROUPS: readonly (readonly string[])[] = [
  ['0', 'o'],
  ['1', 'l', 'i'],
  ['rn', 'm'],
  ['vv', 'w'],
  ['cl', 'd'],
  ['5', 's'],
  ['-', '_', '.', ''],
];

/**
 * Warns when another publisher has a package of the same or a similar name, because users may install the wrong one.
 */
export function nameDiagnostics(
  packages: Pick<Packages, 'publishersOf'>,
  publisher: string,
  { name, path, positions }: Manifest,
): Diagnostic[] {
  const position = positions.name ?? { line: 1, column: 1 };
  const otherPublishers = (packageName: string): string[] =>
    packages.publishersOf(packageName).filter((other) => other !== publisher);
  const [samePublisher] = otherPublishers(name);
  const nameTaken: Diagnostic[] =
    samePublisher === undefined
      ? []
      : [
          {
            severity: 'information',
            code: 'name-taken',
            message: nameTakenMessage(name, samePublisher),
            path,
            ...position,
          },
        ];
  const confusable = confusableNames(name).flatMap((like) => otherPublishers(like).map((other) => ({ like, other })));
  return [
    ...nameTaken,
    ...confusable.slice(0, 3).map(({ like, other }): Diagnostic => {
      const message = `"${name}" looks like "${like}", a package by ${shortPublisherId(other)}, and can be mistaken for it. Choose a different name.`;
      return { severity: 'warning', code: 'name-look-alike', message, path, ...position };
    }),
  ];
}

function nameTakenMessage(name: string, other: string): string {
  return `${shortPublisherId(other)} also has a package "${name}". Users who know both must refer to yours as publisher/name.`;
}

/** Returns the names that differ in one confusable place; replacing all separators counts as one place. */
export function confusableNames(name: string): string[] {
  const found = new Set<string>();
  for (const group of CONFUSABLE_GROUPS) {
    for (const from of group.filter((text) => text !== '')) {
      for (const to of group.filter((text) => text !== from)) {
        for (let at = name.indexOf(from); at >= 0; at = name.indexOf(from, at + 1)) {
          found.add(name.slice(0, at) + to + name.slice(at + from.length));
        }
        found.add(name.replaceAll(from, to));
      }
    }
  }
  found.delete(name);
  found.delete('');
  return [...found];
}
