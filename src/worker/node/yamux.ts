import { yamux } from '@libp2p/yamux';
import type { YamuxMuxerInit } from '@libp2p/yamux';
import { StreamState } from '@libp2p/yamux/stream';
import type { YamuxStream } from '@libp2p/yamux/stream';
import type { StreamMuxerFactory } from '@libp2p/interface';

/**
 * Yamux that tells the other side how much more it may send when half of the window is used up, as the implementations in Go and
 * Rust do. `@libp2p/yamux` tells it after each frame: where messages are small, as in gossip and in the DHT, every second
 * frame on the wire is one of these, each encrypted and written by itself.
 *
 * @param init as of `@libp2p/yamux`
 */
export function lowUpdateYamux(init: YamuxMuxerInit): () => StreamMuxerFactory {
  const createFactory = yamux(init);
  return () => {
    const factory = createFactory();
    const createMuxer = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) => {
      const muxer = createMuxer(connection);
      const createStream = muxer.onCreateStream.bind(muxer);
      muxer.onCreateStream = () => delayWindowUpdates(createStream());
      // Not the event: with a listener, streams that come before libp2p itself listens would not be kept for it.
      const onRemoteStream = muxer.onRemoteStream.bind(muxer);
      muxer.onRemoteStream = (stream) => {
        onRemoteStream(delayWindowUpdates(stream));
      };
      return muxer;
    };
    return factory;
  };
}

function delayWindowUpdates(stream: YamuxStream): YamuxStream {
  const sendUpdate = stream.sendWindowUpdate.bind(stream);
  stream.sendWindowUpdate = () => {
    // Before that, a stream is opened or accepted by an update; and while it is paused, none is sent.
    const isOpen = stream.state === StreamState.Established;
    const { recvWindow, recvWindowCapacity } = stream as unknown as ReceiveWindow;
    if (!isOpen || !(recvWindowCapacity > recvWindow / 2)) sendUpdate();
  };
  return stream;
}

/** Private in the types. Were they renamed, an update would be sent after each frame again. */
interface ReceiveWindow {
  /** Bytes that the other side may send in all, and how many of them are left. */
  readonly recvWindow: number;
  readonly recvWindowCapacity: number;
}
