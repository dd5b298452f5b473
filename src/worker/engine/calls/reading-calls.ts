import type { ReadingCalls } from '../../../shared/api/index.ts';
import type { ReleaseReader } from '../../reading/release-reader.ts';
import type { CallRows } from './call-row.ts';

export interface ReadingCallParts {
  readonly releaseReader: ReleaseReader;
}

export const readingCalls: CallRows<ReadingCalls, ReadingCallParts> = {
  readFolder: {
    form: { release: 'text', path: 'text' },
    idempotent: true,
    run: ({ releaseReader }, request, { signal }) => releaseReader.readFolder(request, signal),
  },
  statFile: {
    form: { release: 'text', path: 'text' },
    idempotent: true,
    run: ({ releaseReader }, request, { signal }) => releaseReader.stat(request, signal),
  },
  readFile: {
    form: { release: 'text', path: 'text', offset: 'number?', length: 'number?' },
    idempotent: true,
    run: ({ releaseReader }, request, { signal }) => releaseReader.readFile(request, signal),
  },
  listFiles: {
    form: { release: 'text' },
    idempotent: true,
    run: ({ releaseReader }, request, { signal }) => releaseReader.listFiles(request, signal),
  },
  compareReleases: {
    form: { from: 'text', to: 'text' },
    idempotent: true,
    span: { name: 'compare_releases' },
    run: ({ releaseReader }, request, { signal }) => releaseReader.compare(request, signal),
  },
};
