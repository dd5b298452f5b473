/** The two codecs of blocks that a release is made of. */

export { code as DAG_PB } from '@ipld/dag-pb';
export { code as RAW } from 'multiformats/codecs/raw';
