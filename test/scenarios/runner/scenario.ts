import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** One sentence of a scenario, and where it stands. */
export interface Sentence {
  readonly text: string;
  readonly line: number;
}

/** A `.scn` file: what it shows, and what happens in it. */
export interface Scenario {
  readonly file: string;
  /** First line of the header. */
  readonly title: string;
  /** Requirement ids of the header. */
  readonly ids: readonly string[];
  /** Settings the services need, `service SETTING=value` in the header after `Settings:`. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly sentences: readonly Sentence[];
}

const idPattern = /\b(?:MSRP|TRN|RPT|CPIM|CHAT|PRIV|NICK|SDP|SIP|AUTH|ROOM|FILE|ERR)-\d{3}\b/g;

/** Reads a file. Throws when the header has no title or no requirement id. */
export function readScenario(path: string): Scenario {
  const file = basename(path);
  const lines = readFileSync(path, 'utf8').split('\n');
  const header = lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('#')),
    )
    .map((line) => line.slice(1).trim());
  const [title = ''] = header;
  const ids = [...new Set(header.flatMap((line) => line.match(idPattern) ?? []))];
  if (title === '' || ids.length === 0)
    throw new Error(`${file}: the header needs a title and the requirement ids it shows`);
  const sentences = lines
    .map((text, index) => ({ text: text.trim(), line: index + 1 }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  return { file, title, ids, settings: settingsIn(header), sentences };
}

function settingsIn(header: readonly string[]): Record<string, Record<string, string>> {
  const settings: Record<string, Record<string, string>> = {};
  for (const line of header) {
    const [, service, name, value] = /^Settings: (\S+) (\w+)=(\S+)$/.exec(line) ?? [];
    if (service !== undefined && name !== undefined && value !== undefined) (settings[service] ??= {})[name] = value;
  }
  return settings;
}
