import type { Rule } from 'eslint';
export const constantNames: Rule.RuleModule;
