// The one value of gossipsub that another room needs: its verdicts on a message.
export { TopicValidatorResult } from '@libp2p/gossipsub';
