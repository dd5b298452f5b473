import { RuleTester } from 'eslint';
import { constantNames } from '../../scripts/lint/constant-names.js';

const MESSAGES = [
  ['MOST_PEERS', 'MAX_PEERS'],
  ['LEAST_BYTES', 'MIN_BYTES'],
  ['STOP_BOUND_MS', 'STOP_TIMEOUT_MS'],
  ['DIAL_PATIENCE', 'DIAL_TIMEOUT_MS'],
  ['RETRY_INTERVAL', 'RETRY_INTERVAL_MS'],
  ['STREAMS_MAX', 'MAX_STREAMS'],
  ['DAEMON_TIMEOUT_SECONDS', 'DEFAULT_TIMEOUT_SECONDS'],
  ['RESULT_LIMIT', 'MESSAGE_RATE_LIMIT'],
  ['CACHE_MIB', 'MAX_CACHE_BYTES'],
] as const;

RuleTester.describe = describe;
RuleTester.it = it;

new RuleTester().run('constant names', constantNames, {
  valid: MESSAGES.map(([, good]) => `const ${good} = 1;`),
  invalid: MESSAGES.map(([bad]) => ({ code: `const ${bad} = 1;`, errors: [{ messageId: 'convention' }] })),
});
