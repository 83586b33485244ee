import {
  attributeOf,
  childElements,
  textOf,
  writeXml,
  type XmlDocument,
  type XmlElement,
  xmlElement,
  type XmlNode,
} from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import type { CcmpFaultContext } from './fault.js';
import { ccmpMessageKinds, ccmpMessages, type CcmpMessageKind, isCcmpOperation } from './kinds.js';

const xsi = 'http://www.w3.org/2001/XMLSchema-instance';

/** Which half of a pair a frame holds; also the name of its elements: `ccmpRequest`, `ccmpResponse`. */
export type CcmpDirection = 'Request' | 'Response';

/** The two spellings of the namespace: that of RFC 6503 §12.1 and that of RFC 6504 (Q1). */
export function isCcmpSpelling(ns: string): boolean {
  return ns === namespaces.ccmp || ns === namespaces.ccmp6504;
}

/** The inner frame of a message; undefined when the document is none. Req: CCMP-020. */
export function frameOf(root: XmlElement, direction: CcmpDirection): XmlElement | undefined {
  const name = `ccmp${direction}`;
  if (root.name !== name || !isCcmpSpelling(root.ns)) return undefined;
  const inner = childElements(root);
  const [frame] = inner;
  return inner.length === 1 && frame?.name === name && frame.ns === '' ? frame : undefined;
}

/**
 * What kind of message the frame holds: its `xsi:type` names a type of the frame's own namespace, and the element of that namespace in
 * it, if the type has one, is that type's. Undefined when they do not match or there is no type.
 *
 * The reader keeps one declaration per prefix, the first of the document, so a prefix that is declared twice is resolved by that one.
 *
 * Spec: RFC 6503 §5.1, §5.2, §11.   Req: CCMP-020.
 */
export function kindOf(
  document: XmlDocument,
  frame: XmlElement,
  direction: CcmpDirection,
): CcmpMessageKind | undefined {
  const spelling = document.root.ns;
  const type = attributeOf(frame, 'type', xsi)?.trim() ?? '';
  const colon = type.indexOf(':');
  const prefix = colon === -1 ? '' : type.slice(0, colon);
  if (document.prefixes.get(prefix) !== spelling) return undefined;
  const local = type.slice(colon + 1);
  const elements = childElements(frame).filter((child) => child.ns === spelling);
  return ccmpMessageKinds.find((kind) => {
    const form = ccmpMessages[kind];
    const typeOf = direction === 'Request' ? form.requestType : form.responseType;
    const element = direction === 'Request' ? form.request : form.response;
    return typeOf === local && elements.length === (element === undefined ? 0 : 1) && elements[0]?.name === element;
  });
}

/** What can be read of a frame whatever else is wrong with it. */
export function contextOf(
  frame: XmlElement,
  spelling: string,
  kind: CcmpMessageKind | undefined,
  identifierLength: number,
): CcmpFaultContext {
  const text = (name: string, within = frame): string | undefined => {
    const found = childElements(within).find((child) => child.ns === '' && child.name === name);
    const value = found === undefined ? '' : textOf(found);
    return value === '' || value.length > identifierLength ? undefined : value;
  };
  const message = childElements(frame).find((child) => child.ns === spelling);
  const operation = text('operation');
  return defined({
    spelling,
    kind,
    confUserId: text('confUserID'),
    confObjId: kind !== undefined && ccmpMessages[kind].confObjId === 'ignored' ? undefined : text('confObjID'),
    operation: operation !== undefined && isCcmpOperation(operation) ? operation : undefined,
    extensionName: kind === 'extended' && message !== undefined ? text('extensionName', message) : undefined,
  });
}

/** The same object without its undefined properties. */
export function defined<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** An element in no namespace with text, or nothing without a value. */
export function textElement(name: string, text: string | undefined): XmlElement[] {
  return text === undefined ? [] : [xmlElement('', name, [], text === '' ? [] : [text])];
}

/** Writes the frame; `type` without kind leaves out `xsi:type`. */
export function writeFrame(
  direction: CcmpDirection,
  spelling: string,
  type: string | undefined,
  children: readonly XmlNode[],
): string {
  const name = `ccmp${direction}`;
  const attributes = type === undefined ? [] : [{ ns: xsi, name: 'type', value: `ccmp:${type}` }];
  return writeXml(xmlElement(spelling, name, [], [xmlElement('', name, attributes, children)]), {
    prefixes: {
      [spelling]: 'ccmp',
      [namespaces.info]: 'info',
      [namespaces.xcon]: 'xcon',
      [namespaces.chat]: 'chat',
      [xsi]: 'xsi',
    },
  });
}
