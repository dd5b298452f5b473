import { isPublisherId } from '../../../identity/publisher-id.ts';
import { NAME_PATTERN } from '../../../shared/limits.ts';
import { DHT_NAMESPACE } from '../../node/protocols.ts';

/** DHT key of a package's head: `/ggen/<publisher>/<name>`. */
export function headKey(publisher: string, name: string): Uint8Array {
  return new TextEncoder().encode(`/${DHT_NAMESPACE}/${publisher}/${name}`);
}

/** @throws Error when the key is not of that form */
export function parseHeadKey(key: Uint8Array): { publisher: string; name: string } {
  const [empty, namespace, publisher = '', name = '', ...rest] = new TextDecoder().decode(key).split('/');
  if (empty !== '' || namespace !== DHT_NAMESPACE || rest.length > 0) throw new Error('Not a key in this namespace');
  if (!isPublisherId(publisher) || !NAME_PATTERN.test(name)) throw new Error('Not a package ID');
  return { publisher, name };
}
