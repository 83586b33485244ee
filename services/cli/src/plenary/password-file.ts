/**
 * A password as it stands in a file: the whole text less one newline at its end, for editors write one. Rejects as `readText` does.
 * `readText`: of a path, the text of its file; `-` is standard input.
 */
export async function passwordIn(readText: (path: string) => Promise<string>, path: string): Promise<string> {
  return (await readText(path)).replace(/\r?\n$/, '');
}
