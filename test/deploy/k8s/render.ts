import { execFileSync } from 'node:child_process';

/** Where kubectl can render: its version; else why it cannot. */
export function renderer(): { readonly version: string } | { readonly missing: string } {
  try {
    const text = execFileSync('kubectl', ['version', '--client', '--output=json'], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    const { major, minor } = (JSON.parse(text) as { clientVersion: { major: string; minor: string } }).clientVersion;
    const [a, b] = [Number.parseInt(major), Number.parseInt(minor)];
    if (a > 1 || (a === 1 && b >= 27)) return { version: `${major}.${minor}` };
    return { missing: `kubectl ${major}.${minor} is older than 1.27` };
  } catch {
    return { missing: 'there is no kubectl on the PATH' };
  }
}

/** What `kubectl kustomize` makes of a folder now. Throws with its words where it makes nothing. */
export function render(folder: string): string {
  return execFileSync('kubectl', ['kustomize', folder], {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 32 * 1024 * 1024,
  });
}
