import { LIMITS } from '../../../shared/limits.ts';
import type { Located } from './manifest.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';
import { cleanText } from './clean-text.ts';

/** Printable ASCII without characters that end a link in Markdown or HTML; the same rule as for package records. */
const SAFE_URL = /^https?:\/\/[!#-;=?-[\]_a-z~]+$/;

/** npm's shorthand for repositories: `owner/name` for GitHub, `gitlab:owner/name` for others. */
const REPOSITORY_SHORTHAND = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+)$/;
/** Address in scp syntax: `git@host:owner/name`. */
const SCP_ADDRESS = /^[\w.-]+@([\w.-]+):(?!\/)(.+)$/;
/** Git URLs whose web page has the same host and path. */
const GIT_SCHEME = /^(?:git|git\+https?|ssh|git\+ssh):\/\//;

const REPOSITORY_HOSTS: Readonly<Record<string, string>> = {
  github: 'https://github.com/',
  gitlab: 'https://gitlab.com/',
  bitbucket: 'https://bitbucket.org/',
};

export type LinkName = 'homepage' | 'repository' | 'documentation';

/**
 * Returns a link that is safe to show and open: http or https, printable ASCII, without user name and password. Git
 * addresses become the URL of their web page. Any other scheme (`javascript:`, `file:`, …) is dropped with a warning.
 */
export function cleanLink(
  report: DiagnosticCollector,
  link: Located<string> | undefined,
  what: LinkName,
): string | undefined {
  const text = cleanText(report, link, { what, maxLength: Infinity });
  if (link === undefined || text === undefined) return undefined;
  const url = webAddress(what === 'repository' ? expandShorthand(text) : text);
  if (url !== undefined) return url;
  const message = `The ${what} is not an http or https address of at most ${LIMITS.textLength} characters and was ignored.`;
  report.add('warning', 'manifest-link-invalid', message, link.at);
  return undefined;
}

function expandShorthand(text: string): string {
  const [, host = 'github', repository = ''] = REPOSITORY_SHORTHAND.exec(text) ?? [];
  return repository === '' ? text : (REPOSITORY_HOSTS[host] ?? '') + repository;
}

function webAddress(text: string): string | undefined {
  const web = text.replace(SCP_ADDRESS, 'ssh://$1/$2');
  const isGitUrl = GIT_SCHEME.test(web);
  const url = URL.parse(web.replace(GIT_SCHEME, 'https://'));
  if (url === null) return undefined;
  url.username = '';
  url.password = '';
  if (isGitUrl) [url.port, url.pathname] = ['', url.pathname.replace(/\.git$/, '')];
  // Keeps a valid URL as written, because URL.href adds slashes and escapes.
  const link = SAFE_URL.test(text) && !text.includes('@') ? text : url.href;
  return SAFE_URL.test(link) && link.length <= LIMITS.textLength ? link : undefined;
}
