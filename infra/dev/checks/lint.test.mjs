import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The linter is only as good as its configuration: each rule the house relies on must really fire.
const root = join(import.meta.dirname, '../../..');
let folder = '';

beforeAll(() => {
  // Inside the repository, so that its configuration and its compiler settings apply.
  mkdirSync(join(root, '.plenary'), { recursive: true });
  folder = mkdtempSync(join(root, '.plenary', 'lint-'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.base.json', include: ['*.ts'] }),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Rules that fire on these files. */
function lint(files) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const args = [oxlint, '--type-aware', '--format=json', '-c', join(root, '.oxlintrc.json'), '--no-ignore'];
  const run = spawnSync(process.execPath, [...args, ...Object.keys(files)], { cwd: folder, encoding: 'utf8' });
  for (const name of Object.keys(files)) rmSync(join(folder, name));
  const { diagnostics } = JSON.parse(run.stdout.slice(run.stdout.indexOf('{')));
  return [...new Set(diagnostics.map(({ code }) => code))];
}

describe('the lint configuration', () => {
  it('finds an import cycle through .js specifiers', () => {
    const cycle = {
      'a.ts': `import { b } from './b.js';\nexport const a = (): number => b();\n`,
      'b.ts': `import { a } from './a.js';\nexport const b = (): number => a();\n`,
    };
    expect(lint(cycle)).toContain('import(no-cycle)');
  });

  it('finds a promise nobody waits for, which takes types', () => {
    expect(
      lint({ 'c.ts': `async function f(): Promise<void> {}\nexport function g(): void {\n  f();\n}\n` }),
    ).toContain('typescript(no-floating-promises)');
  });

  it('finds any, console, and a value import of a type', () => {
    const found = lint({ 'd.ts': `export function h(x: any): void {\n  console.log(x);\n}\n` });
    expect(found).toEqual(expect.arrayContaining(['typescript(no-explicit-any)', 'eslint(no-console)']));
  });

  it('leaves good code alone', () => {
    expect(lint({ 'e.ts': `export function i(x: number): number {\n  return x + 1;\n}\n` })).toEqual([]);
  });
});
