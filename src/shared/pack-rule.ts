import type { PackRule } from './model.ts';

/** The rule as one line: `excluded by the pattern "dist/" (.gitignore:3)`. */
export function ruleText({ text, pattern, path, line }: PackRule): string {
  const what = pattern === undefined ? text : `${text} "${pattern}"`;
  if (path === undefined) return what;
  return `${what} (${line === undefined ? path : `${path}:${line}`})`;
}
