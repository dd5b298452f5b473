import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { WALLS, roomOf } from '../../scripts/lint/import-walls.js';

const SRC = join(import.meta.dirname, '..', '..', 'src');
const IMPORT =
  /^(?:import|export)\b(?<names>[^;]*?)\bfrom '(?<from>[^']+)'|\bimport\('(?<dynamic>[^']+)'\)|^import '(?<bare>[^']+)'/gms;

interface Use {
  readonly rooms: Set<string>;
  readonly packages: Set<string>;
}

/** What every room really imports. */
function usedImports(): Map<string, Use> {
  const used = new Map<string, Use>();
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    const path = file.replaceAll('\\', '/');
    const room = path.endsWith('.ts') ? roomOf(path) : undefined;
    if (room === undefined) continue;
    const use = used.get(room) ?? { rooms: new Set(), packages: new Set() };
    used.set(room, use);
    for (const { groups } of readFileSync(join(SRC, path), 'utf8').matchAll(IMPORT)) {
      addImport(use, path, groups?.['from'] ?? groups?.['dynamic'] ?? groups?.['bare'] ?? '');
    }
  }
  return used;
}

/** The paths below `src` that the files below a folder import: pairs of importing and imported path. */
function importsBelow(folder: string): (readonly [string, string])[] {
  return readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) =>
      [...readFileSync(join(SRC, path), 'utf8').matchAll(IMPORT)].flatMap(({ groups }) => {
        const specifier = groups?.['from'] ?? groups?.['dynamic'] ?? groups?.['bare'] ?? '';
        return specifier.startsWith('.') ? [[path, posix.join(posix.dirname(path), specifier)] as const] : [];
      }),
    );
}

/** The folder directly below `room` that a path lies in; undefined for a file of the room itself or of another one. */
function folderBelow(room: string, path: string): string | undefined {
  const [folder, ...rest] = posix.relative(room, path).split('/');
  return folder === '..' || rest.length === 0 ? undefined : folder;
}

function addImport(use: Use, path: string, specifier: string): void {
  if (specifier.startsWith('.')) {
    const target = roomOf(posix.join(posix.dirname(path), specifier));
    if (target !== undefined) use.rooms.add(target);
  } else if (!specifier.startsWith('node:')) {
    use.packages.add(specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
  }
}

describe('import walls', () => {
  const floors = Object.keys(WALLS);
  const used = usedImports();

  it('name only rooms that exist', () => {
    assert.deepEqual(
      floors.filter((room) => !used.has(room)),
      [],
    );
  });

  it('have no entry that no file needs', () => {
    const unused = Object.entries(WALLS).flatMap(([room, wall]) => {
      const { rooms, packages } = used.get(room) ?? { rooms: new Set(), packages: new Set() };
      const packagesOfWall = [...wall.packages, ...(wall.types ?? [])];
      return [
        ...wall.rooms.filter((one) => !rooms.has(one)).map((one) => `${room}: room ${one}`),
        ...packagesOfWall.filter((one) => !packages.has(one)).map((one) => `${room}: package ${one}`),
      ];
    });
    assert.deepEqual(unused, []);
  });

  it('let every room import from lower floors only', () => {
    const upward = Object.entries(WALLS).flatMap(([room, wall]) =>
      wall.rooms.filter((one) => floors.indexOf(one) <= floors.indexOf(room)).map((one) => `${room} imports ${one}`),
    );
    assert.deepEqual(upward, []);
  });
});

describe('folders of a room', () => {
  const workerRooms = readdirSync(join(SRC, 'worker'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const room of ['cli', 'extension', 'worker', ...workerRooms.map(({ name }) => `worker/${name}`)]) {
    it(`do not import each other: ${room}`, () => {
      const edges = new Set(
        importsBelow(room).flatMap(([from, to]) => {
          const [source, target] = [folderBelow(room, from), folderBelow(room, to)];
          return source === undefined || target === undefined || source === target ? [] : [`${source} ${target}`];
        }),
      );
      assert.deepEqual(
        [...edges].filter((edge) => edges.has(edge.split(' ').reverse().join(' '))),
        [],
      );
    });
  }
});
