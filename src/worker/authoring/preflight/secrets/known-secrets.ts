import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { Finding } from './finding.ts';

/** Id prefix of secretlint's rules (MIT), https://github.com/secretlint/secretlint */
const RULE_ID_PREFIX = '@secretlint/secretlint-rule-';

// The profiler would keep an entry for each file and rule for the life of the process.
secretLintProfiler.setEnabled(false);

const CONFIG = {
  rules: rules
    // Comments that disable rules may come with third-party files; only the publisher accepts a secret.
    .filter(({ meta }) => meta.id !== `${RULE_ID_PREFIX}filter-comments`)
    .map((rule) => ({ id: rule.meta.id, rule, options: {} })),
};

const RULE_LABELS: Readonly<Record<string, string>> = {
  aws: 'an Amazon Web Services key',
  gcp: 'a Google Cloud key',
  privatekey: 'a private key',
  basicauth: 'a URL with a password',
  'database-connection-string': 'a database URL with a password',
  npm: 'an npm token',
  slack: 'a Slack token',
  github: 'a GitHub token',
  gitlab: 'a GitLab token',
  openai: 'an OpenAI key',
  anthropic: 'an Anthropic key',
  docker: 'a Docker registry password',
};

/** Finds keys and tokens of known forms in a part of a text. @param path for rules that check the file's name */
export async function findKnownSecrets(text: string, path: string): Promise<Finding[]> {
  const { messages } = await lintSource({
    source: { content: text, filePath: path, ext: '', contentType: 'text' },
    options: { config: CONFIG, noPhysicFilePath: true },
  });
  return messages.map(({ ruleId, range: [start, end] }) => {
    const rule = ruleId.replace(RULE_ID_PREFIX, '');
    return { start, end, rule, what: RULE_LABELS[rule] ?? `a secret (${rule.replaceAll('-', ' ')})` };
  });
}
