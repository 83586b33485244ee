import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface Told {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs promtool on files that are written for it; the last argument of each is their names. */
export async function promtool(
  args: readonly string[],
  files: Readonly<Record<string, object | string>>,
  last: readonly string[],
): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), 'plenary-promtool-'));
  try {
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), typeof content === 'string' ? content : stringify(content));
    return await new Promise((resolve) => {
      const command = [...args, ...last.map((name) => join(folder, name))];
      execFile('promtool', command, { timeout: 60_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
        resolve({ ok: error === null, output: `${stdout}${stderr}${error?.code === 'ENOENT' ? missing : ''}` });
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const missing = 'promtool and prometheus are needed: apt-get install prometheus';
