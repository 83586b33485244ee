// Lays out what an image holds: the service, the workspaces it imports and the packages they need in production, as they
// stand in a built and installed tree. The Dockerfile and the test of the image run this very file.
//   node infra/docker/layout.mjs <workspace, such as @plenary/focus> <empty target folder> [source tree]
// In the target: main.mjs (what the image starts), package.json, workspaces at their own places with `dist` alone, node_modules.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * What `workspace` needs in production: folders of workspaces and of packages, relative to `source`. Throws where a needed
 * package is not installed.
 */
export function closureOf(workspace, source) {
  const workspaces = readWorkspaces(source);
  const start = workspaces.get(workspace);
  if (start === undefined)
    throw new Error(`${workspace} is no workspace; there are ${[...workspaces.keys()].join(', ')}`);
  const ours = new Set(workspaces.values());
  const folders = new Set();
  const packages = new Set();
  const queue = [start];
  while (queue.length > 0) {
    const folder = queue.pop();
    if (folders.has(folder) || packages.has(folder)) continue;
    (ours.has(folder) ? folders : packages).add(folder);
    const manifest = readJson(join(source, folder, 'package.json'));
    const optional = { ...manifest.optionalDependencies, ...optionalPeers(manifest) };
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...optional })) {
      const found = workspaces.get(name) ?? find(source, folder, name);
      if (found !== undefined) queue.push(found);
      else if (!(name in optional)) throw new Error(`${name}, which ${folder} needs, is not installed`);
    }
  }
  return { start, workspaces, folders, packages };
}

/** Copies the layout of `workspace` from `source` to `target`; throws where a workspace is not built. */
export function layOut(workspace, target, source) {
  const { start, workspaces, folders, packages } = closureOf(workspace, source);
  mkdirSync(target, { recursive: true });
  for (const folder of folders) copyWorkspace(source, target, folder);
  for (const folder of packages) copyPackage(source, target, folder);
  for (const [name, folder] of workspaces) if (folders.has(folder)) link(target, name, folder);
  writeFileSync(join(target, 'package.json'), `${JSON.stringify({ private: true, type: 'module' })}\n`);
  writeFileSync(join(target, 'main.mjs'), `import './${start}/dist/main.js';\n`);
  return { workspaces: [...folders].toSorted(inOrder), packages: [...packages].toSorted(inOrder) };
}

const inOrder = (a, b) => (a < b ? -1 : 1);

function readWorkspaces(source) {
  const found = new Map();
  for (const pattern of readJson(join(source, 'package.json')).workspaces) {
    if (pattern.endsWith('/*') && !existsSync(join(source, pattern.slice(0, -2)))) continue;
    const folders = pattern.endsWith('/*')
      ? readdirSync(join(source, pattern.slice(0, -2))).map((name) => `${pattern.slice(0, -1)}${name}`)
      : [pattern];
    for (const folder of folders) {
      const file = join(source, folder, 'package.json');
      if (existsSync(file)) found.set(readJson(file).name, folder);
    }
  }
  return found;
}

/** The folder Node would take for `name` imported from `folder`: the nearest node_modules upwards. */
function find(source, folder, name) {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at === '.' ? '' : at, 'node_modules', name);
    if (existsSync(join(source, candidate, 'package.json'))) return candidate;
    if (at === '.' || at === '') return undefined;
  }
}

function optionalPeers({ peerDependenciesMeta = {}, peerDependencies = {} }) {
  return Object.fromEntries(Object.entries(peerDependencies).filter(([name]) => peerDependenciesMeta[name]?.optional));
}

function copyWorkspace(source, target, folder) {
  const dist = join(source, folder, 'dist');
  if (!existsSync(dist)) throw new Error(`${folder} is not built: npm run build`);
  mkdirSync(join(target, folder), { recursive: true });
  cpSync(join(source, folder, 'package.json'), join(target, folder, 'package.json'));
  const wanted = (path) => !/(?:\.test\.|\.prop\.|\.d\.ts|\.tsbuildinfo)/.test(path);
  cpSync(dist, join(target, folder, 'dist'), { recursive: true, filter: wanted });
}

function copyPackage(source, target, folder) {
  // What it brings in its own node_modules is copied when something asks for it.
  const from = join(source, folder);
  const wanted = (path) => {
    const inside = relative(from, path);
    return inside !== 'node_modules' && !/(?:\.[cm]?ts|\.map|\.md|\.test\.[cm]?js)$/.test(inside);
  };
  cpSync(from, join(target, folder), { recursive: true, dereference: true, filter: wanted });
}

function link(target, name, folder) {
  const path = join(target, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(relative(dirname(path), join(target, folder)), path);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const [workspace, target, source = join(dirname(fileURLToPath(import.meta.url)), '../..')] = process.argv.slice(2);
  if (workspace === undefined || target === undefined) {
    process.stderr.write('node infra/docker/layout.mjs <workspace> <empty target folder> [source tree]\n');
    process.exitCode = 1;
  } else {
    const { workspaces, packages } = layOut(workspace, resolve(target), resolve(source));
    process.stdout.write(`${workspace}: ${workspaces.length} workspaces, ${packages.length} packages\n`);
  }
}
