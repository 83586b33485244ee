// Fails on every import that goes against the arrows of the architecture. `npm run lint:deps`.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dependencyFaults } from './checks/dependency-rules.mjs';
import { readRootDependencies, readWorkspaces } from './checks/workspaces.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const workspaces = readWorkspaces(root);
const faults = dependencyFaults(workspaces, readRootDependencies(root));
const files = workspaces.reduce((sum, { sources }) => sum + sources.length, 0);
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n${faults.length} forbidden dependencies\n`);
  process.exitCode = 1;
} else process.stdout.write(`dependencies: ${workspaces.length} workspaces, ${files} files, no forbidden arrow\n`);
