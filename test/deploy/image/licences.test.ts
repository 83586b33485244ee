import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../../', import.meta.url));
const lock = JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly license?: string; readonly link?: boolean }>>;
};
const { closureOf } = (await import(new URL('../../../infra/docker/layout.mjs', import.meta.url).href)) as {
  closureOf(workspace: string, source: string): { readonly packages: ReadonlySet<string> };
};
const { images } = (await import(new URL('../../../infra/docker/images.mjs', import.meta.url).href)) as {
  readonly images: Readonly<Record<string, string>>;
};

/** Licences that let us give the package away inside an image under Apache-2.0, with its notice. */
const allowed = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'MPL-2.0',
]);

/** `(MIT OR GPL-2.0)` is good when one of them is, `MIT AND ISC` when both are. */
function good(expression: string): boolean {
  const text = expression.replace(/[()]/g, '');
  if (text.includes(' OR ')) return text.split(' OR ').some(good);
  return text.split(' AND ').every((licence) => allowed.has(licence));
}

/** The licence by the lock file, or by the package's own word where the lock file is silent. */
function licenceOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(source, folder, 'package.json'), 'utf8')) as {
    readonly license?: string | { readonly type: string };
  };
  const own = typeof manifest.license === 'string' ? manifest.license : manifest.license?.type;
  return lock.packages[folder]?.license ?? own ?? 'none';
}

describe('licences', () => {
  it('of every package in an image are on the list', () => {
    const shipped = new Set(Object.values(images).flatMap((workspace) => [...closureOf(workspace, source).packages]));
    expect(shipped.size).toBeGreaterThan(20);
    const licences = [...shipped].map((name) => [name, licenceOf(name)] as const);
    expect(licences.filter(([, licence]) => !good(licence))).toEqual([]);
    for (const name of shipped) expect(lock.packages[name], `${name} is in no lock file`).toBeDefined();
  });

  it('are read as SPDX says', () => {
    expect(['MIT', '(MIT OR GPL-3.0)', 'MIT AND ISC'].every(good)).toBe(true);
    expect(['GPL-3.0', 'MIT AND GPL-3.0', 'none', 'UNLICENSED', 'SEE LICENSE IN X'].some(good)).toBe(false);
  });
});
