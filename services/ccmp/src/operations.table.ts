import type { CcmpMessageKind, CcmpOperation } from '@plenary/xcon';

/**
 * What a cell of RFC 6503 Table 1 comes to here: `offered`; `offered-to-administrators` ("N/A*": room-state answers 403 to all others);
 * `invalid` ("N/A"): 403.
 */
export type TableCell = 'offered' | 'offered-to-administrators' | 'invalid';

type TableRow = Readonly<Record<CcmpOperation, TableCell>>;

function row(retrieve: TableCell, create: TableCell, update: TableCell, remove: TableCell): TableRow {
  return { retrieve, create, update, delete: remove };
}

const onlyRetrieve = row('offered', 'invalid', 'invalid', 'invalid');
const everything = row('offered', 'offered', 'offered', 'offered');

/**
 * RFC 6503 Table 1: message × operation. `options` is a row of its own; of `extended` each extension has one.
 *
 * Req: CCMP-043, CCMP-055, CCMP-084.
 */
export const operationsTable: Readonly<Record<Exclude<CcmpMessageKind, 'extended'>, TableRow>> = {
  blueprints: onlyRetrieve,
  blueprint: row('offered', 'offered-to-administrators', 'offered-to-administrators', 'offered-to-administrators'),
  confs: onlyRetrieve,
  conf: everything,
  users: row('offered', 'invalid', 'offered', 'invalid'),
  user: everything,
  sidebarsByVal: onlyRetrieve,
  sidebarByVal: everything,
  sidebarsByRef: onlyRetrieve,
  sidebarByRef: everything,
  options: onlyRetrieve,
};

/** The extensions of this server, by `<extensionName>`. */
export const extensionsTable = {
  /** What was said in a logged room; delete: what one person said is erased. */
  chatHistory: row('offered', 'invalid', 'invalid', 'offered'),
} as const satisfies Readonly<Record<string, TableRow>>;

export type ExtensionName = keyof typeof extensionsTable;
