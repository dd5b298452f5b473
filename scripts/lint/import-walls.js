/**
 * The import walls: which room of `src` may import which, and which npm packages.
 *
 * An allow-list: a folder that is not named here fails, whatever it imports. Dependencies point one way,
 * `shared <- identity <- rpc <- worker | extension | cli`. A type-only import of an npm package is always allowed to a
 * room that may see its values, and of `@libp2p/interface` to the whole worker.
 */

/** Room (path below `src`, longest match wins) -> rooms and packages that it may import. `node:` modules are free. */
export const WALLS = {
  shared: { rooms: [], packages: [] },
  identity: { rooms: ['shared'], packages: ['multiformats'] },
  // What ignore files leave out: the engine reads them on the disk, the extension in folders that are on none.
  ignore: { rooms: ['shared'], packages: ['ignore'] },
  rpc: { rooms: ['shared'], packages: ['comlink'] },
  'worker/node': {
    rooms: ['shared', 'worker/catalogue', 'worker/log', 'worker/maintenance', 'worker/reputation', 'worker/telemetry'],
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
      '@libp2p/logger',
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
  // What blocks are and name, apart from where they are kept and how they travel.
  'worker/dag': { rooms: [], packages: ['@ipld/dag-pb', 'ipfs-unixfs', 'multiformats'] },
  'worker/records': {
    rooms: ['shared', 'identity', 'worker/dag'],
    packages: ['@ipld/dag-cbor', 'multiformats', 'semver', 'uint8-varint'],
  },
  'worker/catalogue': { rooms: ['shared', 'worker/records', 'worker/reputation'], packages: ['semver'] },
  'worker/reputation': { rooms: ['shared'], packages: [] },
  // When upkeep is done, not what is done: each room brings its own tasks.
  'worker/maintenance': { rooms: ['shared', 'worker/log'], packages: [] },
  'worker/network': {
    rooms: [
      'shared',
      'identity',
      'worker/dag',
      'worker/records',
      'worker/catalogue',
      'worker/maintenance',
      'worker/reputation',
      'worker/node',
      'worker/log',
      'worker/telemetry',
    ],
    packages: ['@ipld/dag-cbor', 'multiformats', 'uint8-varint', '@libp2p/utils'],
    types: ['@libp2p/interface', '@libp2p/kad-dht', '@libp2p/gossipsub'],
  },
  'worker/content': {
    rooms: ['shared', 'ignore', 'worker/catalogue', 'worker/dag', 'worker/node', 'worker/log'],
    packages: [
      '@ipld/dag-cbor',
      '@secretlint/core',
      '@secretlint/profiler',
      '@secretlint/secretlint-rule-preset-recommend',
      'ignore',
      'ipfs-unixfs-exporter',
      'ipfs-unixfs-importer',
      'multiformats',
      'semver',
      'smol-toml',
      'uint8-varint',
    ],
    types: ['@libp2p/interface', 'interface-blockstore'],
  },
  'worker/registry': {
    rooms: [
      'shared',
      'identity',
      'worker/dag',
      'worker/records',
      'worker/catalogue',
      'worker/reputation',
      'worker/network',
      'worker/content',
      'worker/maintenance',
      'worker/node',
      'worker/log',
      'worker/telemetry',
    ],
    packages: ['multiformats', 'semver', 'smol-toml'],
    types: ['interface-blockstore'],
  },
  // Who runs the engine: this process or another one. It sees the composition root and nothing behind it.
  'worker/host': { rooms: ['shared', 'rpc', 'worker'], packages: [] },
  'worker/log': { rooms: ['shared'], packages: [] },
  // The one place that knows OpenTelemetry.
  'worker/telemetry': {
    rooms: ['shared', 'worker/log', 'worker/maintenance'],
    packages: [
      '@opentelemetry/api',
      '@opentelemetry/exporter-metrics-otlp-http',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-metrics',
      '@opentelemetry/sdk-trace',
    ],
  },
  // The composition root sees every room of the engine.
  worker: { rooms: ['shared', 'identity', 'rpc', 'worker'], packages: [], types: ['@libp2p/interface'] },
  extension: { rooms: ['shared', 'identity', 'ignore', 'rpc'], packages: ['vscode'] },
  // The command line opens the host in its own process, and sees nothing behind it.
  cli: {
    rooms: ['shared', 'identity', 'rpc', 'worker/host'],
    packages: ['prom-client', 'smol-toml'],
  },
};

const ROOMS = Object.keys(WALLS).sort((a, b) => b.length - a.length);

/** The room that a file below `src` belongs to; undefined when no wall names it. */
export function roomOf(pathBelowSrc) {
  return ROOMS.find((room) =>
    room === 'worker' || room === 'cli'
      ? pathBelowSrc.startsWith(`${room}/`) && (room === 'cli' || !pathBelowSrc.slice(room.length + 1).includes('/'))
      : room === 'worker/log'
        ? pathBelowSrc === 'worker/log.ts'
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
        const inside = to === from || wall.rooms.includes(to) || (from === 'worker' && to?.startsWith('worker/'));
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
