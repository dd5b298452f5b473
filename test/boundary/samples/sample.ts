import type { CallName, Calls } from '../../../src/shared/api/index.ts';

/** What one call carries: its request, its response, and its progress where it reports any. */
export type Sample<Name extends CallName> = {
  readonly request: Calls[Name]['request'];
  readonly response: Calls[Name]['response'];
} & ([Calls[Name]['progress']] extends [never]
  ? { readonly progress?: undefined }
  : { readonly progress: readonly Calls[Name]['progress'][] });

/** The samples of one subject of the contract: a call without one does not compile. */
export type Samples<Subject> = { readonly [Name in keyof Subject & CallName]: Sample<Name> };
