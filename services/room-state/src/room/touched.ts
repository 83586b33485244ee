import { pathsMeet } from '@plenary/xcon';

/** Elements whose last change is known one by one, at most. */
export const maxTouchedPaths = 512;

/** Path that stands for everything not named. */
const everything = '';

/**
 * Notes that the elements at `paths` changed with `version`. When there are too many, the oldest are forgotten one by one, and everything
 * that is not named counts as changed when the last of those was. Req: VER-004.
 */
export function noteTouched(
  touched: ReadonlyMap<string, bigint>,
  paths: readonly string[],
  version: bigint,
): ReadonlyMap<string, bigint> {
  const noted = new Map(touched);
  for (const path of paths) {
    noted.delete(path);
    noted.set(path, version);
  }
  for (const [path, changed] of noted) {
    if (noted.size <= maxTouchedPaths) break;
    if (path === everything) continue;
    noted.delete(path);
    const rest = noted.get(everything) ?? 0n;
    noted.set(everything, changed > rest ? changed : rest);
  }
  return noted;
}

/**
 * Did any of the elements change after `version`? An element that holds another, or is in it, changes with it.
 */
export function touchedSince(touched: ReadonlyMap<string, bigint>, paths: readonly string[], version: bigint): boolean {
  const rest = touched.get(everything);
  if (rest !== undefined && rest > version) return true;
  for (const [path, changed] of touched)
    if (changed > version && paths.some((own) => pathsMeet(own, path))) return true;
  return false;
}
