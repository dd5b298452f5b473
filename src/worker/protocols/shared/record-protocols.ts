/** The protocols by which records travel. Each works without the others; tests leave the others out to prove it. */
export type RecordProtocol = 'announce' | 'sync' | 'head' | 'keywords' | 'search';

export const ALL_RECORD_PROTOCOLS: readonly RecordProtocol[] = ['announce', 'sync', 'head', 'keywords', 'search'];
