// The only value of gossipsub that another room needs: the verdict on a message.
export { TopicValidatorResult } from '@libp2p/gossipsub';
