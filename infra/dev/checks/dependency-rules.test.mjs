import { describe, expect, it } from 'vitest';
import { dependencyFaults } from './dependency-rules.mjs';
import { importsOf, scan } from './imports.mjs';

const exported = { '.': {}, './net': {} };

function workspace(folder, dependencies, files, extra = {}) {
  return {
    name: `@plenary/${folder.split('/').pop()}`,
    folder,
    manifest: { dependencies: Object.fromEntries(dependencies.map((name) => [name, '*'])), exports: exported },
    references: dependencies.filter((name) => name.startsWith('@plenary/')).map((name) => homes.get(name) ?? name),
    sources: Object.entries(files).map(([path, text]) => ({ path, text })),
    ...extra,
  };
}
const homes = new Map([
  ['@plenary/wire', 'libs/wire'],
  ['@plenary/msrp', 'libs/msrp'],
  ['@plenary/sip', 'libs/sip'],
  ['@plenary/bus', 'libs/bus'],
  ['@plenary/db', 'libs/db'],
  ['@plenary/focus', 'services/focus'],
  ['@plenary/history', 'services/history'],
]);
const others = [...homes].map(([, folder]) => workspace(folder, [], {}));

/** Faults of one workspace put among the others. */
function faultsOf(folder, dependencies, files, extra) {
  const one = workspace(folder, dependencies, files, extra);
  return dependencyFaults([one, ...others.filter(({ name }) => name !== one.name)], { vitest: '4' });
}

describe('dependencyFaults', () => {
  it('lets allowed arrows be', () => {
    expect(faultsOf('libs/msrp', ['@plenary/wire'], { 'src/a.ts': `import { ok } from '@plenary/wire';` })).toEqual([]);
    const focus = { 'src/a.ts': `import { x } from '@plenary/msrp/net';\nimport { createServer } from 'node:net';` };
    expect(faultsOf('services/focus', ['@plenary/msrp'], focus)).toEqual([]);
  });

  it.each([
    ['libs/msrp', '@plenary/sip', 'protocol libs import only wire'],
    ['libs/msrp', '@plenary/bus', 'protocol libs import only wire'],
    ['libs/wire', '@plenary/msrp', 'imports no package of ours'],
    ['libs/bus', '@plenary/msrp', 'no protocol'],
    ['libs/db', '@plenary/focus', 'platform libs'],
    ['libs/client', '@plenary/bus', 'from outside'],
    ['services/focus', '@plenary/history', 'never another service'],
    ['services/cli', '@plenary/focus', 'never a service'],
  ])('refuses %s → %s, in the source and in package.json, and says why', (folder, target, why) => {
    const faults = faultsOf(folder, [target], { 'src/a.ts': `\nimport type { X } from '${target}';` });
    expect(faults).toHaveLength(2);
    expect(faults[0]).toMatch(new RegExp(`^${folder}/package.json: depends on ${target}: .*${why}`));
    expect(faults[1]).toMatch(new RegExp(`^${folder}/src/a.ts:2 imports ${target}: .*${why}`));
  });

  it('refuses I/O, time and chance in a protocol core, but not in src/net or a test', () => {
    const io = `import { connect } from 'node:net';\nconst now = Date.now();\nsetTimeout(() => Math.random(), 1);`;
    const faults = faultsOf('libs/msrp', [], { 'src/a.ts': io, 'src/net/tcp.ts': io, 'src/a.test.ts': io });
    expect(faults.map((fault) => fault.split(':').slice(0, 2).join(':'))).toEqual([
      'libs/msrp/src/a.ts:1 imports node',
      'libs/msrp/src/a.ts:2 uses Date.now',
      'libs/msrp/src/a.ts:3 uses setTimeout',
      'libs/msrp/src/a.ts:3 uses Math.random',
    ]);
  });

  it('lets sockets be used by src/net and services, and by no protocol core', () => {
    const text = `import { listenSockets } from '@plenary/wire/net';\nimport { x } from './net/index.js';`;
    const faults = faultsOf('libs/msrp', ['@plenary/wire'], { 'src/a.ts': text, 'src/net/tcp.ts': text });
    expect(faults.map((fault) => fault.split(':').slice(0, 2).join(':'))).toEqual([
      'libs/msrp/src/a.ts:1 imports @plenary/wire/net',
      'libs/msrp/src/a.ts:2 imports ./net/index.js',
    ]);
    expect(faultsOf('services/focus', ['@plenary/wire'], { 'src/server.ts': text })).toEqual([]);
    expect(faultsOf('libs/wire', [], { 'src/index.ts': text.split('\n')[1] })).toHaveLength(1);
  });

  it('takes no text or comment for code', () => {
    const text = "// Date.now()\nconst a = 'setTimeout'; /* Math.random */ const b = `process.env ${a} fetch(`;";
    expect(faultsOf('libs/msrp', [], { 'src/a.ts': text })).toEqual([]);
  });

  it('refuses paths into another package and surfaces that are not exported', () => {
    const faults = faultsOf('libs/msrp', ['@plenary/wire'], {
      'src/deep/a.ts': `import { x } from '../../../wire/src/ids.js';\nimport { y } from '@plenary/wire/src/ids.js';\nimport { z } from '../b.js';`,
    });
    expect(faults).toHaveLength(2);
    expect(faults[0]).toContain('a path into another package');
    expect(faults[1]).toContain('used by its surface');
  });

  it('refuses what package.json does not name; root tools only in tests', () => {
    const text = `import { it } from 'vitest';\nimport pino from 'pino';`;
    const faults = faultsOf('libs/bus', [], { 'src/a.ts': text, 'src/a.test.ts': text });
    expect(faults.map((fault) => fault.split(',')[0])).toEqual([
      'libs/bus/src/a.ts:1 imports vitest',
      'libs/bus/src/a.ts:2 imports pino',
      'libs/bus/src/a.test.ts:2 imports pino',
    ]);
  });

  it('keeps what is for tests out of the product', () => {
    const files = {
      'src/testing.ts': `import { readFileSync } from 'node:fs';`,
      'src/a.test.ts': `import { x } from './testing.js';`,
      'src/a.ts': `import { x } from './testing.js';`,
    };
    expect(faultsOf('libs/msrp', [], files)).toEqual([
      'libs/msrp/src/a.ts:1 imports ./testing.js: what is for tests stays out of the product',
    ]);
  });

  it('reads settings only in config.ts and main.ts', () => {
    const text = 'export const x = process.env.X;';
    const faults = faultsOf('services/focus', [], {
      'src/main.ts': text,
      'src/config.ts': text,
      'src/server.ts': text,
    });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^services\/focus\/src\/server\.ts:1 reads process\.env/);
  });

  it('asks for a project reference to every dependency, and for a rule for every workspace', () => {
    expect(faultsOf('libs/msrp', ['@plenary/wire'], {}, { references: [] })[0]).toContain(
      'lacks a reference to libs/wire',
    );
    expect(faultsOf('libs/novel', [], {})[0]).toContain('no rule names @plenary/novel');
  });
});

describe('importsOf', () => {
  it('finds every form of import', () => {
    const source = `import a from 'a';
import {
  b,
} from "b";
import type { C } from 'c';
export * from 'd';
import 'e';
const f = await import('f');
type G = import('g').G;
const text = 'not from';
// import x from 'x'
const quote = /['"]/.test(text) ? 1 / 2 : \`\${"import 'y'"}\`;
export { h } from 'h';`;
    expect(importsOf(source).map(({ line, module }) => `${line} ${module}`)).toEqual([
      '1 a',
      '4 b',
      '5 c',
      '6 d',
      '7 e',
      '8 f',
      '9 g',
      '13 h',
    ]);
  });

  it('keeps line numbers when it blanks comments', () => {
    expect(scan('/* a\n b */ x').code).toBe('    \n      x');
  });
});
