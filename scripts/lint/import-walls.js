/**
 * The import walls: which room of `src` may import which, and which npm packages.
 *
 * An allow-list: a folder that is not named here fails, whatever it imports. Dependencies point one way,
 * `shared <- identity <- rpc <- worker | extension | cli`. A type-only import of an npm package is always allowed to a
 * room that may see its values, and of `@libp2p/interface` to the whole worker.
 */

/**
 * Room (path below `src`, longest match wins) -> rooms and packages that it may import. `node:` modules are free.
 *
 * The rooms of the worker stand in the order of their floors: each imports only rooms that stand below it in this table.
 * `test/tooling/import-walls.test.ts` checks the order, and that every entry is used.
 */
export const WALLS = {
  extension: { rooms: ['shared', 'platform', 'identity', 'ignore', 'rpc'], packages: ['vscode'] },
  // The command line opens the engine in its own process, and sees nothing behind it.
  cli: {
    rooms: ['shared', 'platform', 'identity', 'worker/ownership'],
    packages: ['smol-toml', 'string-width'],
  },
  // The worker thread's entry.
  worker: { rooms: ['rpc', 'worker/engine', 'worker/ownership'], packages: [] },
  // Which process runs the engine. It sees the composition root and nothing behind it.
  'worker/ownership': { rooms: ['shared', 'platform', 'rpc', 'worker/engine'], packages: [] },
  // The composition root sees every room of the engine.
  'worker/engine': {
    rooms: [
      'shared',
      'platform',
      'worker/authoring',
      'worker/archive',
      'worker/install',
      'worker/reading',
      'worker/retention',
      'worker/registry',
      'worker/ingest',
      'worker/protocols',
      'worker/node',
      'worker/blocks',
      'worker/catalog',
      'worker/sqlite',
      'worker/reputation',
      'worker/telemetry',
      'worker/maintenance',
      'worker/logging',
    ],
    packages: [],
  },
  'worker/authoring': {
    rooms: [
      'shared',
      'identity',
      'ignore',
      'worker/install',
      'worker/reading',
      'worker/registry',
      'worker/ingest',
      'worker/transfer',
      'worker/blocks',
      'worker/catalog',
      'worker/records',
      'worker/dag',
      'worker/paths',
      'worker/logging',
    ],
    packages: [
      '@secretlint/core',
      '@secretlint/profiler',
      '@secretlint/secretlint-rule-preset-recommend',
      'jsonc-parser',
      'minimatch',
      'npm-packlist',
      'semver',
      'smol-toml',
    ],
    types: ['multiformats'],
  },
  'worker/archive': {
    rooms: [
      'shared',
      'worker/install',
      'worker/retention',
      'worker/registry',
      'worker/ingest',
      'worker/transfer',
      'worker/blocks',
      'worker/catalog',
      'worker/records',
      'worker/dag',
    ],
    packages: ['@ipld/dag-cbor', 'multiformats', 'uint8-varint'],
    types: ['interface-blockstore'],
  },
  'worker/install': {
    rooms: [
      'shared',
      'identity',
      'worker/registry',
      'worker/transfer',
      'worker/blocks',
      'worker/catalog',
      'worker/records',
      'worker/dag',
      'worker/paths',
      'worker/logging',
    ],
    packages: ['multiformats', 'semver', 'smol-toml'],
    types: ['interface-blockstore'],
  },
  'worker/reading': {
    rooms: [
      'shared',
      'identity',
      'worker/registry',
      'worker/transfer',
      'worker/blocks',
      'worker/catalog',
      'worker/reputation',
      'worker/dag',
      'worker/paths',
      'worker/logging',
    ],
    packages: ['ipfs-unixfs-exporter'],
    types: ['multiformats'],
  },
  'worker/retention': {
    rooms: [
      'shared',
      'identity',
      'worker/registry',
      'worker/transfer',
      'worker/blocks',
      'worker/catalog',
      'worker/maintenance',
      'worker/logging',
    ],
    packages: [],
  },
  'worker/registry': {
    rooms: [
      'shared',
      'identity',
      'worker/protocols',
      'worker/blocks',
      'worker/catalog',
      'worker/records',
      'worker/reputation',
      'worker/telemetry',
      'worker/logging',
    ],
    packages: [],
  },
  'worker/ingest': {
    rooms: ['shared', 'worker/protocols', 'worker/catalog', 'worker/records', 'worker/logging'],
    packages: [],
  },
  'worker/protocols': {
    rooms: [
      'shared',
      'identity',
      'worker/node',
      'worker/blocks',
      'worker/catalog',
      'worker/records',
      'worker/reputation',
      'worker/telemetry',
      'worker/maintenance',
      'worker/dag',
      'worker/logging',
    ],
    packages: ['@ipld/dag-cbor', '@libp2p/utils', 'multiformats', 'uint8-varint'],
    types: ['@libp2p/interface', '@libp2p/kad-dht'],
  },
  'worker/transfer': {
    rooms: [
      'shared',
      'worker/blocks',
      'worker/catalog',
      'worker/reputation',
      'worker/telemetry',
      'worker/dag',
      'worker/logging',
    ],
    packages: [],
    types: ['@libp2p/interface', 'interface-blockstore', 'multiformats'],
  },
  // The one place that composes libp2p and Helia.
  'worker/node': {
    rooms: [
      'shared',
      'worker/catalog',
      'worker/reputation',
      'worker/telemetry',
      'worker/maintenance',
      'worker/logging',
    ],
    packages: [
      'libp2p',
      '@libp2p/tcp',
      '@libp2p/noise',
      '@libp2p/yamux',
      '@libp2p/kad-dht',
      '@libp2p/gossipsub',
      '@libp2p/identify',
      '@libp2p/ping',
      '@libp2p/crypto',
      '@libp2p/peer-id',
      '@libp2p/interface',
      '@multiformats/multiaddr',
      'helia',
      '@helia/libp2p',
      '@helia/bitswap',
      '@helia/interface',
      'blockstore-core',
      'interface-blockstore',
      'interface-datastore',
      'datastore-core',
      'multiformats',
    ],
  },
  'worker/blocks': {
    rooms: ['shared', 'worker/sqlite', 'worker/dag'],
    packages: ['multiformats'],
    types: ['interface-blockstore'],
  },
  'worker/catalog': { rooms: ['shared', 'worker/sqlite', 'worker/records', 'worker/reputation'], packages: ['semver'] },
  'worker/sqlite': { rooms: ['shared'], packages: [] },
  'worker/records': {
    rooms: ['shared', 'identity', 'worker/dag'],
    packages: ['@ipld/dag-cbor', 'multiformats', 'semver'],
  },
  'worker/reputation': { rooms: ['shared'], packages: [] },
  // The one place that knows OpenTelemetry.
  'worker/telemetry': {
    rooms: ['shared', 'worker/maintenance', 'worker/logging'],
    packages: [
      '@opentelemetry/api',
      '@opentelemetry/exporter-metrics-otlp-http',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-metrics',
      '@opentelemetry/sdk-trace',
    ],
  },
  // When periodic work is done, not what is done: each room brings its own tasks.
  'worker/maintenance': { rooms: ['shared', 'worker/logging'], packages: [] },
  // What blocks are and name, apart from where they are kept and how they travel.
  'worker/dag': {
    rooms: [],
    packages: ['@ipld/dag-pb', 'ipfs-unixfs', 'ipfs-unixfs-importer', 'multiformats'],
    types: ['interface-blockstore'],
  },
  'worker/paths': { rooms: ['shared'], packages: [] },
  'worker/logging': { rooms: ['shared'], packages: [] },
  rpc: { rooms: ['shared'], packages: ['comlink'] },
  // What ignore files leave out: the engine reads them on the disk, the extension in folders that are on none.
  ignore: { rooms: ['shared'], packages: ['ignore'] },
  identity: { rooms: ['shared'], packages: ['multiformats'] },
  // What differs between operating systems, for the command line and the extension.
  platform: { rooms: ['shared'], packages: [] },
  shared: { rooms: [], packages: [] },
};

const ROOMS = Object.keys(WALLS).sort((a, b) => b.length - a.length);

/** The room that a file below `src` belongs to; undefined when no wall names it. */
export function roomOf(pathBelowSrc) {
  return ROOMS.find((room) =>
    room === 'worker'
      ? /^worker\/[^/]+$/.test(pathBelowSrc) // the loose files beside the rooms
      : pathBelowSrc.startsWith(`${room}/`),
  );
}

function packageOf(specifier) {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** @type {import('eslint').Rule.RuleModule} */
export const importWalls = {
  meta: {
    type: 'problem',
    docs: { description: 'Rooms of src import only what their wall lists' },
    messages: {
      unknown:
        "'{{path}}' lies in no room of scripts/lint/import-walls.js: name the folder there, with what it may import.",
      room: "Room '{{from}}' may not import from '{{to}}' (scripts/lint/import-walls.js).",
      package: "Room '{{from}}' may not import the package '{{to}}' (scripts/lint/import-walls.js).",
    },
    schema: [],
  },
  create(context) {
    const match = /[\\/]src[\\/](.+)$/.exec(context.filename);
    if (match === null) return {};
    const path = match[1].replaceAll('\\', '/');
    const from = roomOf(path);
    if (from === undefined) {
      return { Program: (node) => context.report({ node, messageId: 'unknown', data: { path } }) };
    }
    const wall = WALLS[from];
    const check = (node, source, typeOnly) => {
      if (source === null || typeof source?.value !== 'string' || source.value.startsWith('node:')) return;
      const specifier = source.value;
      if (specifier.startsWith('.')) {
        const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
        if (!target.includes('/')) return; // files beside the rooms, such as package.json
        const to = roomOf(target);
        const inside = to === from || wall.rooms.includes(to);
        if (!inside) context.report({ node, messageId: 'room', data: { from, to: to ?? target } });
        return;
      }
      const name = packageOf(specifier);
      const allowed = wall.packages.includes(name) || (typeOnly && (wall.types ?? []).includes(name));
      if (!allowed) context.report({ node, messageId: 'package', data: { from, to: name } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.argument?.literal ?? node.source ?? null, true),
    };
  },
};
