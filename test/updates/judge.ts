/** Elements the clients change, and what an empty change means: each is one scalar of the conference document. */
export type ElementName = 'subject' | 'display-text' | 'free-text' | 'maximum-user-count';

/** One update a client sent, and what it was told. */
export interface Update {
  readonly conference: string;
  readonly client: number;
  readonly elements: Readonly<Partial<Record<ElementName, string>>>;
  /** `confInfo/@version` of the request; undefined: none, so it applies whatever others did. */
  readonly baseVersion: number | undefined;
  readonly answer:
    | { readonly code: 200; readonly version: number }
    | { readonly code: 409; readonly version: number }
    /** Any other code; 0: no answer at all. */
    | { readonly code: number; readonly version?: undefined };
}

/** A conference as it was made and as it is at the end. */
export interface Conference {
  readonly uri: string;
  readonly firstVersion: number;
  readonly first: Readonly<Record<ElementName, string>>;
  readonly lastVersion: number;
  readonly last: Readonly<Record<ElementName, string>>;
}

/**
 * What is wrong with a run, one line each: an update that was taken and is not in the document, versions that are not dense, a conflict that was not
 * told or told without one, an answer that is none of 200 and 409. `partial`: updates whose answer was lost may have been made.
 *
 * Spec: RFC 6503 §4, §4.2.   Req: CCMP-027, CCMP-045, VER-001, VER-002, VER-004.
 */
export function judge(conferences: readonly Conference[], updates: readonly Update[]): string[] {
  return conferences.flatMap((conference) =>
    judgeOne(
      conference,
      updates.filter(({ conference: uri }) => uri === conference.uri),
    ),
  );
}

type Taken = Update & { readonly answer: { readonly code: 200; readonly version: number } };

function judgeOne(conference: Conference, updates: readonly Update[]): string[] {
  const faults: string[] = [];
  const fault = (text: string): void => void faults.push(`${conference.uri}: ${text}`);
  const taken = updates
    .filter((update): update is Taken => update.answer.code === 200)
    .toSorted((a, b) => a.answer.version - b.answer.version);
  for (const { answer, client } of updates)
    if (answer.code !== 200 && answer.code !== 409)
      fault(`client ${String(client)} was answered ${String(answer.code)}`);
  taken.forEach(({ answer: { version } }, index) => {
    const expected = conference.firstVersion + index + 1;
    if (version !== expected) fault(`version ${String(version)} where ${String(expected)} comes next`);
  });
  if (conference.lastVersion !== conference.firstVersion + taken.length)
    fault(`ends with version ${String(conference.lastVersion)} after ${String(taken.length)} updates`);
  const shown = { ...conference.first };
  for (const { elements } of taken) Object.assign(shown, elements);
  for (const [name, value] of Object.entries(shown))
    if (conference.last[name as ElementName] !== value)
      fault(`${name} is ${conference.last[name as ElementName]} and not ${value}: an update is lost`);
  faults.push(...conflictFaults(conference, updates, changesByElement(taken)));
  return faults;
}

/** Versions at which each element was changed, ascending. */
function changesByElement(taken: readonly Taken[]): ReadonlyMap<string, readonly number[]> {
  const changes = new Map<string, number[]>();
  for (const { elements, answer } of taken)
    for (const name of Object.keys(elements)) {
      const versions = changes.get(name) ?? [];
      versions.push(answer.version);
      changes.set(name, versions);
    }
  return changes;
}

function conflictFaults(
  { uri }: Conference,
  updates: readonly Update[],
  changes: ReadonlyMap<string, readonly number[]>,
): string[] {
  return updates.flatMap(({ client, baseVersion, elements, answer }) => {
    const { code, version } = answer;
    if (version === undefined || (code !== 200 && code !== 409)) return [];
    const who = `${uri}: client ${String(client)}, from version ${String(baseVersion)}`;
    const collides = (until: number): boolean =>
      baseVersion !== undefined &&
      Object.keys(elements).some((name) => changes.get(name)?.some((at) => at > baseVersion && at < until));
    if (code === 200) return collides(version) ? [`${who}: a conflict was not told at ${String(version)}`] : [];
    return collides(version + 1) ? [] : [`${who}: told of a conflict at ${String(version)} that is none`];
  });
}
