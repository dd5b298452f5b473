import type { Settings } from '../../../scripts/lib/vscode-server.ts';

/** The extension's settings for tests: loopback addresses, and no peers other than these. */
export function testSettings(bootstrap: readonly string[] = []): Settings {
  return {
    'ggen.node.listen': ['/ip4/127.0.0.1/tcp/0'],
    'ggen.node.bootstrap': bootstrap,
    'ggen.node.autoStart': true,
  };
}
