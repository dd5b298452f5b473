import { GgenError } from '../../shared/errors.ts';

/**
 * The error of a transfer that ends with a block missing.
 *
 * @param providers ids of the peers that were asked
 * @param cid of one missing block
 */
export function unavailableError(providers: readonly string[], cid: string): GgenError {
  return new GgenError('ContentUnavailable', unavailableText(providers.length), {
    details: { cid, providers },
  });
}

function unavailableText(providers: number): string {
  if (providers === 0) {
    return 'No connected peer provides this package. Try again when its publisher or another provider is online.';
  }
  const subject =
    providers === 1
      ? 'The only peer that provides this package'
      : `None of the ${providers} peers that provide this package`;
  return `${subject} ${providers === 1 ? 'did not send' : 'sent'} all of it. Try again later.`;
}
