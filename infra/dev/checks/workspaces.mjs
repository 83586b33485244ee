// Reads the workspaces from the disk for the checks.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

/** @returns {import('./dependency-rules.mjs').Workspace[]} */
export function readWorkspaces(root) {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return workspaces.flatMap((pattern) => folders(root, pattern)).map((folder) => readWorkspace(root, folder));
}

/** What the root package.json gives to every test and tool. */
export function readRootDependencies(root) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return { ...dependencies, ...devDependencies };
}

function folders(root, pattern) {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, 'package.json')))
    .map((entry) => `${parent}/${entry.name}`);
}

function readWorkspace(root, folder) {
  const at = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
  const { references = [] } = JSON.parse(readFileSync(join(at, 'tsconfig.json'), 'utf8'));
  return {
    name: manifest.name,
    folder,
    manifest,
    references: references.map(({ path }) => posix.normalize(`${folder}/${path}`)),
    sources: sourcesIn(at).map((path) => ({ path, text: readFileSync(join(at, path), 'utf8') })),
  };
}

function sourcesIn(at) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!['node_modules', 'dist', 'gen', 'vectors'].includes(entry.name)) walk(path);
      } else if (/\.(?:ts|mjs)$/.test(entry.name)) found.push(relative(at, path).split(sep).join('/'));
    }
  };
  walk(at);
  return found.toSorted((a, b) => (a < b ? -1 : 1));
}
