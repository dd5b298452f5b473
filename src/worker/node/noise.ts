import { noise } from '@libp2p/noise';
import type { NoiseComponents } from '@libp2p/noise';
import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';

type Bytes = Parameters<MessageStream['send']>[0];

/**
 * Noise that decrypts a message in the pieces in which it came. `@libp2p/noise` joins them first, into a buffer to decrypt into that
 * only messages of less than 1,200 bytes use: a copy of nearly all that comes, and as much garbage.
 */
export function lowCopyNoise(): (components: NoiseComponents) => ConnectionEncrypter {
  const createNoise = noise();
  return (components) => {
    const encrypter = createNoise(components);
    const secureInbound = encrypter.secureInbound.bind(encrypter);
    const secureOutbound = encrypter.secureOutbound.bind(encrypter);
    encrypter.secureInbound = async (...args) => avoidDecryptCopy(await secureInbound(...args));
    encrypter.secureOutbound = async (...args) => avoidDecryptCopy(await secureOutbound(...args));
    return encrypter;
  };
}

function avoidDecryptCopy<T extends { readonly connection: MessageStream }>(secured: T): T {
  const connection = secured.connection as unknown as Decrypting;
  const { handshake } = connection;
  // What comes is one message at a time.
  if (handshake !== undefined) connection.decrypt = (message) => handshake.decrypt(message);
  return secured;
}

/** Not in the types. Were it renamed, messages would be joined again. */
interface Decrypting {
  decrypt: (message: Bytes) => Bytes;
  readonly handshake?: { decrypt(message: Bytes): Bytes };
}
