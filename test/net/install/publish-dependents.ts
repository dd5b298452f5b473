import type { TestPeer } from '../helpers/peers.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Publishes a package with dependencies: `id` -> range; `?` before the range marks an optional one. */
export async function publishNeeding(
  peer: TestPeer,
  name: string,
  version: string,
  needs: Readonly<Record<string, string>>,
  files: Files = { 'README.md': `# ${name} ${version}\n` },
): Promise<string> {
  const lines = Object.entries(needs).map(([id, range]) =>
    range.startsWith('?') ? `"${id}" = { version = "${range.slice(1)}", optional = true }` : `"${id}" = "${range}"`,
  );
  const manifest = `[gpack]\nid = "${name}"\nname = "${name}"\nversion = "${version}"\ndescription = "The ${name} package"\nlicense = "MIT"\nggen_compat = ">=1"\n\n[dependencies]\n${lines.join('\n')}\n`;
  return (await peer.publish(name, version, { 'gpack.toml': manifest, ...files })).id;
}
