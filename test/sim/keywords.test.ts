import { simulate } from './simulate.ts';

simulate(Number(process.env['GGEN_SIM_NODES'] ?? 200), 3);
