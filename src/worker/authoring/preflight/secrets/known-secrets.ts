import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { Finding } from './finding.ts';

/** Begins the ids of secretlint's rules (MIT), https://github.com/secretlint/secretlint */
const RULE_ID_PREFIX = '@secretlint/secretlint-rule-';

// It would keep a mark for each file and rule for as long as the process lives.
secretLintProfiler.setEnabled(false);

const CONFIG = {
  rules: rules
    // Comments that switch rules off may stand in files of others: what is accepted is accepted by the publisher.
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

/** Keys and tokens whose form is known, in a piece of text. @param path for rules that look at a file's name */
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
