import type { XmlElement } from './element.js';

export interface WriteXmlOptions {
  /** Prefix per namespace; the empty prefix is the default namespace. Namespaces without one get `ns1`, `ns2`, … */
  readonly prefixes?: Readonly<Record<string, string>>;
  /** Begins with `<?xml version="1.0" encoding="UTF-8"?>`. Default true. */
  readonly declaration?: boolean;
}

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

/**
 * Writes an element as an XML document, every namespace declared at its root, nothing indented. Characters XML 1.0 cannot hold are written
 * as U+FFFD. What `readXml` reads of it is the same element again, up to texts that are empty.
 */
export function writeXml(root: XmlElement, options: WriteXmlOptions = {}): string {
  const names = new Names(options.prefixes ?? {});
  const body = writeElement(root, names, true);
  return options.declaration === false ? body : `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

/** Which prefix stands for which namespace. */
class Names {
  readonly #prefixes = new Map<string, string>();
  /** Namespaces that attributes use need a prefix that is not empty. */
  readonly #forAttributes = new Map<string, string>();
  #made = 0;

  constructor(given: Readonly<Record<string, string>>) {
    for (const [ns, prefix] of Object.entries(given)) this.#prefixes.set(ns, prefix);
  }

  element(ns: string, name: string): string {
    if (ns === '') return name;
    const prefix = this.#prefixes.get(ns) ?? this.#make(ns);
    return prefix === '' ? name : `${prefix}:${name}`;
  }

  attribute(ns: string, name: string): string {
    if (ns === '') return name;
    if (ns === xmlNamespace) return `xml:${name}`;
    const prefix = this.#prefixes.get(ns) ?? this.#make(ns);
    if (prefix !== '') return `${prefix}:${name}`;
    const own = this.#forAttributes.get(ns) ?? `ns${String(++this.#made)}`;
    this.#forAttributes.set(ns, own);
    return `${own}:${name}`;
  }

  /** True when no element without namespace may inherit the default one. */
  get hasDefault(): boolean {
    return [...this.#prefixes.values()].includes('');
  }

  declarations(used: ReadonlySet<string>): string {
    const of = ([ns, prefix]: readonly [string, string]): string =>
      ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeAttribute(ns)}"`;
    const declared = [...this.#prefixes].filter(([ns, prefix]) => prefix === '' || used.has(ns));
    return [...declared, ...this.#forAttributes].map(of).join('');
  }

  #make(ns: string): string {
    const prefix = `ns${String(++this.#made)}`;
    this.#prefixes.set(ns, prefix);
    return prefix;
  }
}

function writeElement(element: XmlElement, names: Names, isRoot: boolean): string {
  const name = names.element(element.ns, element.name);
  const attributes = element.attributes
    .map(({ ns, name: attribute, value }) => ` ${names.attribute(ns, attribute)}="${escapeAttribute(value)}"`)
    .join('');
  const children = element.children
    .map((child) => (typeof child === 'string' ? escapeText(child) : writeElement(child, names, false)))
    .join('');
  const undeclared = !isRoot && element.ns === '' && names.hasDefault ? ' xmlns=""' : '';
  const declarations = isRoot ? names.declarations(namespacesIn(element)) : '';
  const head = `<${name}${declarations}${undeclared}${attributes}`;
  return children === '' ? `${head}/>` : `${head}>${children}</${name}>`;
}

function namespacesIn(element: XmlElement, into = new Set<string>()): Set<string> {
  into.add(element.ns);
  for (const { ns } of element.attributes) into.add(ns);
  for (const child of element.children) if (typeof child !== 'string') namespacesIn(child, into);
  return into;
}

// Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF] (XML 1.0 section 2.2)
const notXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Most texts: nothing in them has to be written otherwise. */
const plain = /^[ !#-%'-;=?-~]*$/;

function escapeText(text: string): string {
  if (plain.test(text)) return text;
  return text
    .replace(notXml, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function escapeAttribute(value: string): string {
  if (plain.test(value)) return value;
  return escapeText(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
