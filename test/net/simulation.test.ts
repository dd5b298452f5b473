import { simulate } from '../sim/simulate.ts';

// `npm run sim` does the same with 200.
simulate(30, 1);
