import type { RenderedSet } from '../objects.js';
import type { Check } from './check.js';
import { certificatesCheck, databaseCheck } from './certificates.js';
import { imagesCheck } from './images.js';
import { networkCheck } from './network.js';
import { identityCheck, probesCheck, resourcesCheck, securityCheck, shapeCheck, spreadCheck } from './pods.js';
import { configCheck, selectorsCheck, servicesCheck } from './references.js';
import { routesCheck } from './routes.js';
import { scalingCheck } from './scaling.js';
import { settingsCheck } from './settings.js';
import { surroundingsCheck } from './surroundings.js';

/** Every rule, the quick ones first. */
export const checks: readonly Check[] = [
  securityCheck,
  shapeCheck,
  resourcesCheck,
  probesCheck,
  spreadCheck,
  identityCheck,
  imagesCheck,
  settingsCheck,
  selectorsCheck,
  configCheck,
  certificatesCheck,
  databaseCheck,
  scalingCheck,
  routesCheck,
  surroundingsCheck,
  servicesCheck,
  networkCheck,
];

/** The first problem any check finds, or nothing. */
export function firstProblem(set: RenderedSet): string | undefined {
  for (const check of checks) {
    const [problem] = check.run(set);
    if (problem !== undefined) return `${check.name}: ${problem}`;
  }
  return undefined;
}
