import { attributeOf, childElement, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';

// Small readings of checked documents: what is not there is undefined, '' or the default.

export const { info, xcon, chat } = namespaces;

/** Text of a child; '' when it is not there. */
export function textIn(element: XmlElement | undefined, ns: string, name: string): string {
  const child = childElement(element, ns, name);
  return child === undefined ? '' : textOf(child);
}

export function booleanIn(element: XmlElement | undefined, ns: string, name: string, otherwise: boolean): boolean {
  const text = textIn(element, ns, name);
  return text === '' ? otherwise : text === 'true';
}

export function numberIn(element: XmlElement | undefined, ns: string, name: string): number | undefined {
  const text = textIn(element, ns, name);
  return text === '' ? undefined : Number(text);
}

/** An attribute without namespace; '' when it is not there. */
export function attribute(element: XmlElement | undefined, name: string): string {
  return attributeOf(element, name) ?? '';
}

export function booleanAttribute(element: XmlElement | undefined, name: string, otherwise: boolean): boolean {
  const value = attribute(element, name);
  return value === '' ? otherwise : value === 'true';
}

export function numberAttribute(element: XmlElement | undefined, name: string): number | undefined {
  const value = attribute(element, name);
  return value === '' ? undefined : Number(value);
}

/** One of some words; the first of them where it is not there. */
export function choice<const T extends string>(value: string, among: readonly [T, ...T[]]): T {
  return among.find((word) => word === value) ?? among[0];
}

export function words(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}

/** `{ [name]: value }`, or nothing when there is no value. */
export function given<K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [key in K]?: V };
}

/** `{ [name]: text }`, or nothing when it is empty. */
export function givenText<K extends string>(name: K, text: string): { readonly [key in K]?: string } {
  return given(name, text === '' ? undefined : text);
}
