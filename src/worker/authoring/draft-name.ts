import { shortPublisherId } from '../../identity/publisher-id.ts';
import type { Diagnostic } from '../../shared/model.ts';
import type { Packages } from '../catalog/tables/packages.ts';
import type { Manifest } from './manifest/manifest.ts';

/** Groups of characters of names that are read as one another. */
const ALIKE: readonly (readonly string[])[] = [
  ['0', 'o'],
  ['1', 'l', 'i'],
  ['rn', 'm'],
  ['vv', 'w'],
  ['cl', 'd'],
  ['5', 's'],
  ['-', '_', '.', ''],
];

/** Names of other publishers that are this one, or look like it: who looks for one may take the other. */
export function nameFaults(
  packages: Pick<Packages, 'publishersOf'>,
  publisher: string,
  { name, path, places }: Manifest,
): Diagnostic[] {
  const at = places.name ?? { line: 1, column: 1 };
  const others = (wanted: string): string[] => packages.publishersOf(wanted).filter((other) => other !== publisher);
  const [same] = others(name);
  const taken: Diagnostic[] =
    same === undefined
      ? []
      : [{ severity: 'information', code: 'name-taken', message: takenMessage(name, same), path, ...at }];
  const alike = lookAlikes(name).flatMap((like) => others(like).map((other) => ({ like, other })));
  return [
    ...taken,
    ...alike.slice(0, 3).map(({ like, other }): Diagnostic => {
      const message = `"${name}" looks like "${like}", a package of ${shortPublisherId(other)}: one may be taken for the other. Choose a name of its own.`;
      return { severity: 'warning', code: 'name-look-alike', message, path, ...at };
    }),
  ];
}

function takenMessage(name: string, other: string): string {
  return `${shortPublisherId(other)} has a package "${name}" too. Yours has to be asked for as publisher/name by who knows both.`;
}

/** Names that differ from this one in one place that is easily misread; all separators exchanged at once count as one. */
export function lookAlikes(name: string): string[] {
  const found = new Set<string>();
  for (const group of ALIKE) {
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
