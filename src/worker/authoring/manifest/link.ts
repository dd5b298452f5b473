import { LIMITS } from '../../../shared/defaults.ts';
import type { Located } from './manifest.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';
import { cleanText } from './clean-text.ts';

/** Printable ASCII without what breaks out of Markdown and HTML, as package records have it. */
const SAFE_URL = /^https?:\/\/[!#-;=?-[\]_a-z~]+$/;

/** `owner/name` as npm writes GitHub repositories, or `gitlab:owner/name`. */
const REPOSITORY_SHORTHAND = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+)$/;
/** `git@host:owner/name`, as ssh has it. */
const SCP_ADDRESS = /^[\w.-]+@([\w.-]+):(?!\/)(.+)$/;
/** Addresses for git that stand for a web page at the same place. */
const GIT_SCHEME = /^(?:git|git\+https?|ssh|git\+ssh):\/\//;

const REPOSITORY_HOSTS: Readonly<Record<string, string>> = {
  github: 'https://github.com/',
  gitlab: 'https://gitlab.com/',
  bitbucket: 'https://bitbucket.org/',
};

export type LinkName = 'homepage' | 'repository' | 'documentation';

/**
 * A link that may be shown and opened: http or https, printable ASCII, no user name or password. Forms of git addresses
 * are turned into the web page that they stand for; anything else (`javascript:`, `file:`, …) is left out with a warning.
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
  // As it was written where that is fine already: URL adds slashes and escapes that nobody asked for.
  const link = SAFE_URL.test(text) && !text.includes('@') ? text : url.href;
  return SAFE_URL.test(link) && link.length <= LIMITS.textLength ? link : undefined;
}
