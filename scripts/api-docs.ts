/** Writes docs/api.md from the contract. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPage } from './docs/api-page.ts';
import { readContract } from './docs/contract.ts';
import { ROOT } from './lib/paths.ts';

writeFileSync(join(ROOT, 'docs/api.md'), apiPage(readContract(ROOT)));
