/**
 * Contact (RFC 3261 section 20.10; feature parameters: RFC 3840; isfocus: RFC 4579 section 4.2).
 *
 * Contact = ( STAR / (contact-param *(COMMA contact-param)) )
 * contact-param = (name-addr / addr-spec) *(SEMI contact-params)
 */
import { err, ok, type HeaderFields, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatNameAddr, type NameAddr, parseNameAddr } from '../name-addr.js';
import { readList } from './list.js';
import { findParam, paramValue } from './params.js';

export type Contact = NameAddr;

/** Parses one Contact value that is not `*`. Err `malformed-header`, `malformed-uri`. */
export function parseContact(value: string): Result<Contact, SipError> {
  return parseNameAddr(value);
}

export function formatContact(contact: Contact): string {
  return formatNameAddr(contact);
}

/** All Contacts of a message; `*` alone for the form only REGISTER knows. */
export function readContacts(headers: HeaderFields): Result<Contact[] | '*', SipError> {
  const values = headers.getAll('Contact');
  if (values.length === 1 && values[0]?.trim() === '*') return ok('*');
  return readList(headers, 'Contact', parseContact);
}

/**
 * The one Contact of a request or 2xx that makes a dialog: "The Contact header field MUST be present and contain exactly
 * one SIP or SIPS URI in any request that can result in the establishment of a dialog" (section 8.1.1.8).
 */
export function readDialogContact(headers: HeaderFields): Result<Contact, SipError> {
  const contacts = readContacts(headers);
  if (!contacts.ok) return contacts;
  if (contacts.value === '*' || contacts.value.length > 1)
    return err(new SipError('malformed-header', 'Not one Contact.'));
  const contact = contacts.value[0];
  if (contact === undefined) return err(new SipError('missing-header', 'Contact.'));
  return contact.uri.kind === 'sip' ? ok(contact) : err(new SipError('malformed-header', 'Contact is no SIP URI.'));
}

/** Whether the peer is a focus: `;isfocus`, with or without a value. */
export function isFocus(contact: Contact): boolean {
  return findParam(contact.params, 'isfocus') !== undefined;
}

/**
 * The values of a feature parameter, `methods="INVITE,BYE"` (RFC 3840 section 9): trimmed, in order. Absent, or a bare
 * tag without value, gives the empty list.
 */
export function featureValues(contact: Contact, name: string): string[] {
  const value = paramValue(contact.params, name);
  if (value === undefined) return [];
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** q of a Contact, 0 to 1; 1 when absent or unreadable. */
export function contactPriority(contact: Contact): number {
  const value = paramValue(contact.params, 'q');
  // qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
  return value !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 1;
}
