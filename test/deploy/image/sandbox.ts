import { execFileSync, spawn, type ChildProcess } from 'node:child_process';

/** Why a process cannot be put on a read-only tree here; nothing where it can. */
export function sandboxMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root: sudo npm test';
  try {
    execFileSync('unshare', ['-m', 'setpriv', '--reuid', '65532', '--regid', '65532', '--clear-groups', 'true'], {
      stdio: 'ignore',
      timeout: 10_000,
    });
    return undefined;
  } catch {
    return 'needs unshare and setpriv (util-linux), and the right to make mount namespaces';
  }
}

// Arguments: layout, where to put it, then the command. The whole root is read-only for it, and so is the layout.
const script = `set -e
mount --make-rprivate /
mount --bind "$1" "$2"
mount -o remount,bind,ro "$2"
mount -o remount,bind,ro /
mount -t tmpfs -o size=64m,mode=1777 tmpfs /tmp
shift 2
exec setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"`;

/**
 * Starts Node.js on `layout`, mounted read-only at `place` (an empty folder outside /tmp), as user 65532 without
 * capabilities, in a mount namespace of its own whose root is read-only. The pid of the child is that of Node.js.
 */
export function startInSandbox(
  layout: string,
  place: string,
  env: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly output: () => string } {
  const command = [process.execPath, '--enable-source-maps', `${place}/main.mjs`];
  const child = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', layout, place, ...command], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece) => (text = (text + String(piece)).slice(-20_000)));
  return { child, output: () => text };
}
