import {
  type CcmpMessageKind,
  type CcmpOperation,
  type CcmpOption,
  ccmpMessageKinds,
  type CcmpOptions,
  ccmpOperations,
  isCcmpOperation,
} from '@plenary/xcon';
import { StartError } from '@plenary/service';
import { type ExtensionName, extensionsTable, operationsTable, type TableCell } from './operations.table.js';

/** What of a message is asked for, as far as it could be read. */
export interface Asked {
  readonly kind: CcmpMessageKind;
  readonly operation?: CcmpOperation | undefined;
  readonly extensionName?: string | undefined;
}

/** Whether a message is taken: 501 goes before 403. */
export type Verdict = 'offered' | 'not-implemented' | 'invalid';

/** Messages of this server that retrieve lists have no `<operation>`. */
const listKinds: ReadonlySet<CcmpMessageKind> = new Set(['blueprints', 'confs', 'sidebarsByVal', 'sidebarsByRef']);

/**
 * The operations table with what the installation switches off: what `optionsResponse` leaves out is answered 501.
 *
 * Req: CCMP-043, CCMP-055, CCMP-084.
 */
export class Offers {
  readonly #off: ReadonlySet<string>;
  readonly #schemaUrl: string;

  /** `off`: `confRequest`, `confRequest/delete`, `chatHistory`; throws `StartError` on any other word. */
  constructor(off: readonly string[], schemaUrl: string) {
    for (const word of off)
      if (!switchable.has(word))
        throw new StartError(`CCMP_MESSAGES_OFF: ${word} is no message of this server, nor message/operation`);
    this.#off = new Set(off);
    this.#schemaUrl = schemaUrl;
  }

  verdict({ kind, operation = 'retrieve', extensionName = '' }: Asked): Verdict {
    if (kind === 'extended') {
      if (!isExtension(extensionName)) return 'not-implemented';
      return this.#verdict(extensionName, operation, extensionsTable[extensionName][operation]);
    }
    return this.#verdict(`${kind}Request`, operation, operationsTable[kind][operation]);
  }

  /** What this server answers other than 501, for `optionsResponse`. */
  options(): CcmpOptions {
    const standard = ccmpMessageKinds.flatMap((kind) => {
      if (kind === 'options' || kind === 'extended') return [];
      const operations = ccmpOperations.filter(
        (operation) =>
          operationsTable[kind][operation] !== 'invalid' && this.verdict({ kind, operation }) === 'offered',
      );
      const option: CcmpOption = listKinds.has(kind)
        ? { name: `${kind}Request` }
        : { name: `${kind}Request`, operations, schemaDef: this.#schemaUrl };
      return operations.length === 0 ? [] : [option];
    });
    const extended = (Object.keys(extensionsTable) as ExtensionName[]).flatMap((name): CcmpOption[] => {
      const operations = ccmpOperations.filter(
        (operation) => this.verdict({ kind: 'extended', operation, extensionName: name }) === 'offered',
      );
      if (operations.length === 0) return [];
      return [{ name, operations, schemaDef: this.#schemaUrl, description: descriptions[name] }];
    });
    return { standard, extended };
  }

  #verdict(name: string, operation: CcmpOperation, cell: TableCell): Verdict {
    if (this.#off.has(name) || this.#off.has(`${name}/${operation}`)) return 'not-implemented';
    return cell === 'invalid' ? 'invalid' : 'offered';
  }
}

const descriptions: Readonly<Record<ExtensionName, string>> = {
  chatHistory:
    'What was said in a logged conference: retrieve with since, before, count and cursor; delete erases what one person said',
};

const switchable: ReadonlySet<string> = new Set(
  [
    ...ccmpMessageKinds.filter((kind) => kind !== 'extended').map((kind) => `${kind}Request`),
    ...Object.keys(extensionsTable),
  ].flatMap((name) => [name, ...ccmpOperations.map((operation) => `${name}/${operation}`)]),
);

function isExtension(name: string): name is ExtensionName {
  return Object.hasOwn(extensionsTable, name);
}

/** The name of what is asked for, for metrics and logs: a closed set. */
export function labelOf({ kind, operation, extensionName }: Partial<Asked>): string {
  if (kind === undefined) return 'none';
  const message =
    kind === 'extended' ? (isExtension(extensionName ?? '') ? extensionName : 'extendedRequest') : `${kind}Request`;
  return operation !== undefined && isCcmpOperation(operation) && !listKinds.has(kind) && kind !== 'options'
    ? `${message ?? 'extendedRequest'}/${operation}`
    : (message ?? 'extendedRequest');
}
