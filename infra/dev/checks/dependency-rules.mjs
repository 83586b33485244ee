// The arrows between workspaces, each with its reason. Works on workspaces given as values, so that its tests need no files.
import { importsOf, lineOf, scan } from './imports.mjs';

/**
 * @typedef {object} Workspace
 * @property {string} name  `@plenary/msrp`
 * @property {string} folder  `libs/msrp`, with `/`
 * @property {{ dependencies?: Record<string, string>, devDependencies?: Record<string, string>,
 *   optionalDependencies?: Record<string, string>, exports?: Record<string, unknown> }} manifest
 * @property {readonly string[]} references  folders its tsconfig refers to
 * @property {readonly { path: string, text: string }[]} sources  paths within the workspace
 */

const protocol = ['msrp', 'cpim', 'sdp', 'sip', 'xcon'];
const platform = ['service', 'bus', 'db', 'telemetry', 'config'];
const libs = ['wire', 'client', ...protocol, ...platform];
const services = ['room-state', 'history', 'msrp-edge', 'focus', 'ccmp'];

/** Who may import whom, and why no more. The name stands without `@plenary/`. */
const arrows = [
  { who: ['wire'], may: [], why: 'wire is the base: it imports no package of ours' },
  {
    who: protocol,
    may: ['wire'],
    why: 'protocol libs import only wire, so that each can be read, tested and published alone',
  },
  { who: ['proto'], may: [], why: 'proto holds generated shapes and depends on nothing of ours' },
  { who: ['bus'], may: ['wire', 'proto'], why: 'the bus knows subjects and message shapes, and no protocol' },
  {
    who: ['db', 'config', 'telemetry'],
    may: ['wire'],
    why: 'platform libs know nothing of SIP, MSRP or rooms, and little of each other',
  },
  {
    who: ['service'],
    may: ['wire', 'proto', 'config', 'telemetry'],
    why: 'service holds the life of a process: settings, telemetry, gRPC; never a protocol',
  },
  {
    who: ['client'],
    may: ['wire', ...protocol],
    why: 'the client speaks to the servers from outside, over the protocols alone',
  },
  {
    who: services,
    may: ['wire', 'proto', ...protocol, ...platform],
    why: 'a service imports libs and proto, never another service: they meet over gRPC and the bus',
  },
  { who: ['cli'], may: ['proto', ...libs], why: 'a program for people imports libs and proto, never a service' },
  {
    who: ['nats'],
    may: ['wire', 'bus', 'config', 'service'],
    why: 'infra/nats prepares a broker: it knows the bus and settings, and no service',
  },
  {
    who: ['observability'],
    may: ['telemetry'],
    why: 'infra/observability writes dashboards and rules from the list of metrics, and needs nothing else',
  },
  {
    who: ['sizing'],
    may: ['focus'],
    why: 'infra/sizing simulates with the very choice of edges the focus makes, and needs nothing else',
  },
  {
    who: ['dev'],
    may: ['proto', ...libs, ...services],
    why: 'infra/dev starts the services; nothing in it comes from the tests',
  },
  {
    who: ['test'],
    may: ['proto', 'cli', 'dev', 'nats', 'observability', 'sizing', ...libs, ...services],
    why: 'tests may import everything',
  },
];

/** What protocol cores must not touch: time, chance, timers and the outside are arguments or outputs. */
const coreGlobals =
  /\b(?:Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|process\.|console\.|fetch\(|crypto\.|WebSocket\b)/g;

/** Tests, and what only tests use. */
const isTest = (path) =>
  /\.(?:test|bench|test-data)\.(?:ts|mjs)$/.test(path) ||
  /(?:^|\/)(?:fixtures\/|testing\/|testing(?:-[a-z-]+)?\.ts$)/.test(path);

/**
 * Everything that breaks a rule, one line each: `libs/msrp/src/x.ts:3 imports @plenary/bus: <why not>`.
 *
 * @param {readonly Workspace[]} workspaces
 * @param {Record<string, string>} rootDependencies  what the root package.json gives to every test and tool
 * @returns {string[]}
 */
export function dependencyFaults(workspaces, rootDependencies) {
  const byName = new Map(workspaces.map((workspace) => [workspace.name, workspace]));
  return workspaces.flatMap((workspace) => [
    ...manifestFaults(workspace, byName),
    ...workspace.sources.flatMap((source) => sourceFaults(workspace, source, byName, rootDependencies)),
  ]);
}

function shortName(name) {
  return name.replace(/^@plenary\//, '');
}

function arrowOf(workspace) {
  return arrows.find((arrow) => arrow.who.includes(shortName(workspace.name)));
}

function declared(workspace) {
  const { dependencies, devDependencies, optionalDependencies } = workspace.manifest;
  return { ...dependencies, ...devDependencies, ...optionalDependencies };
}

function manifestFaults(workspace, byName) {
  const file = `${workspace.folder}/package.json`;
  const arrow = arrowOf(workspace);
  if (arrow === undefined)
    return [`${file}: no rule names ${workspace.name}; add it to infra/dev/checks/dependency-rules.mjs`];
  const faults = [];
  for (const name of Object.keys(declared(workspace))) {
    const target = byName.get(name);
    if (target === undefined) continue;
    if (!arrow.may.includes(shortName(name))) faults.push(`${file}: depends on ${name}: ${arrow.why}`);
    else if (!workspace.references.includes(target.folder))
      faults.push(
        `${workspace.folder}/tsconfig.json: lacks a reference to ${target.folder}: tsc would not build it first`,
      );
  }
  return faults;
}

function sourceFaults(workspace, source, byName, rootDependencies) {
  const place = `${workspace.folder}/${source.path}`;
  const test = isTest(source.path) || shortName(workspace.name) === 'test';
  const faults = importsOf(source.text).flatMap(({ line, module }) =>
    importFaults(workspace, source, module, byName, rootDependencies, test).map((fault) => `${place}:${line} ${fault}`),
  );
  if (!test) faults.push(...globalFaults(workspace, source, place));
  return faults;
}

function importFaults(workspace, source, module, byName, rootDependencies, test) {
  if (module.startsWith('node:')) return nodeFaults(workspace, source, module, test);
  const net = test ? [] : netFaults(workspace, source, module);
  if (net.length > 0) return net;
  if (module.startsWith('.')) return relativeFaults(source, module, test);
  const [first = '', second = ''] = module.split('/');
  const name = module.startsWith('@') ? `${first}/${second}` : first;
  const target = byName.get(name);
  const { dependencies, optionalDependencies } = workspace.manifest;
  const known = test ? { ...declared(workspace), ...rootDependencies } : { ...dependencies, ...optionalDependencies };
  if (target === undefined) {
    if (name in known) return [];
    return [`imports ${name}, which ${workspace.folder}/package.json does not name: it would be missing in an image`];
  }
  if (target === workspace) return [`imports its own package by name: import the file`];
  const arrow = arrowOf(workspace);
  if (arrow !== undefined && !arrow.may.includes(shortName(name))) return [`imports ${name}: ${arrow.why}`];
  if (!(name in known)) return [`imports ${name}, which ${workspace.folder}/package.json does not name`];
  const surface = `.${module.slice(name.length)}`;
  if (!(surface in (target.manifest.exports ?? {})))
    return [
      `imports ${module}: a package is used by its surface; ${name} exports ${Object.keys(target.manifest.exports ?? {}).join(' ')}`,
    ];
  return [];
}

function isCore(workspace, path) {
  const name = shortName(workspace.name);
  return (name === 'wire' || protocol.includes(name)) && !path.startsWith('src/net/');
}

function nodeFaults(workspace, source, module, test) {
  if (test || !isCore(workspace, source.path) || !source.path.startsWith('src/')) return [];
  return [`imports ${module}: a protocol core does no I/O and runs in a browser too; only src/net/ may`];
}

/** A core that imports what does I/O would do it as well, from its own package or another. */
function netFaults(workspace, source, module) {
  if (!isCore(workspace, source.path) || !source.path.startsWith('src/')) return [];
  if (!/^@plenary\/[^/]+\/net$|^\..*\/net\//.test(module)) return [];
  return [`imports ${module}: a protocol core does no I/O; only src/net/ and services use what does`];
}

function relativeFaults(source, module, test) {
  const depth = source.path.split('/').length - 1;
  const ups = module.split('/').filter((part) => part === '..').length;
  if (ups > depth) return [`imports ${module}: a path into another package; import it by its name and surface`];
  if (!test && isTest(module.replace(/\.js$/, '.ts')))
    return [`imports ${module}: what is for tests stays out of the product`];
  if (/\.tsx?$/.test(module)) return [`imports ${module}: relative imports end in .js`];
  return [];
}

function globalFaults(workspace, source, place) {
  if (!source.path.startsWith('src/')) return [];
  const { code } = scan(source.text);
  const faults = [];
  if (isCore(workspace, source.path))
    for (const { 0: found, index } of code.matchAll(coreGlobals))
      faults.push(
        `${place}:${lineOf(code, index)} uses ${found}: time, chance and timers are arguments of a protocol core, for it must give the same answer in a test`,
      );
  const settingsAllowed =
    /^src\/(?:main|config)\.ts$/.test(source.path) || ['dev', 'cli'].includes(shortName(workspace.name));
  if (!settingsAllowed)
    for (const { index } of code.matchAll(/\bprocess\.env\b/g))
      faults.push(
        `${place}:${lineOf(code, index)} reads process.env: settings come from config.ts, so that all are typed, listed and checked at once`,
      );
  return faults;
}
