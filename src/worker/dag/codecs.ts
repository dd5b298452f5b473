/** The two codecs of a release's blocks. */

export { code as DAG_PB } from '@ipld/dag-pb';
export { code as RAW } from 'multiformats/codecs/raw';
