import { readFileSync } from 'node:fs';

/** Ticks of /proc/<pid>/stat per second; 100 on every Linux of today. */
const ticksPerSecond = 100;

/** CPU seconds, user and system, a process has used. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command name stands in parentheses and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Memory of a process counted once where it is shared (PSS), octets. */
export function memoryBytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
}

/** A process and all its descendants now alive. */
export function processTree(root: number): number[] {
  const tree = [root];
  for (const pid of tree) {
    try {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
      if (children !== '') tree.push(...children.split(' ').map(Number));
    } catch {
      // The process ended meanwhile.
    }
  }
  return tree;
}
