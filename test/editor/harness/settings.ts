import type { Settings } from '../../../scripts/lib/vscode-server.ts';

/** Settings of the extension for tests: loopback only, and joined to nobody but these peers. */
export function testSettings(bootstrap: readonly string[] = []): Settings {
  return {
    'ggen.node.listen': ['/ip4/127.0.0.1/tcp/0'],
    'ggen.node.bootstrap': bootstrap,
    'ggen.node.autoStart': true,
  };
}
