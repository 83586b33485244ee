import type { ConferenceUri } from '@plenary/wire';
import { formatXconUri, type XconUri } from '@plenary/xcon';
import { inBase36, type RandomBytes } from './ids.js';

/** 26 characters of base36 are 134 bits. Req: XCON-005. */
const objectIdLength = 26;
/** Of them those in front, 62 bits, also name the conference in SIP. */
const sipUserLength = 12;

/** A new XCON-URI nobody can guess, in lower case. Spec: RFC 6501 §3.3.1, §8. Req: XCON-001, XCON-003, XCON-005. */
export function newXconUri(domain: string, random: RandomBytes): XconUri {
  return formatXconUri({ objectId: inBase36(objectIdLength, random), host: domain });
}

/** The SIP conference URI of an object that names none: a part of its XCON-URI. */
export function sipUriOf(xconUri: XconUri, domain: string): ConferenceUri {
  const objectId = xconUri.slice('xcon:'.length).split('@', 1)[0] ?? '';
  return `sip:${objectId.slice(0, sipUserLength)}@${domain.toLowerCase()}` as ConferenceUri;
}

/** A label of a media stream (RFC 4574) that is also an integer, as floors name their media. */
export function newLabel(random: RandomBytes): string {
  return String(numberOf(random) + 1);
}

/** A password of 10 characters that are hard to mistake. Req: POL-017. */
export function newPassword(random: RandomBytes): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  let password = '';
  while (password.length < 10)
    for (const octet of random(10)) if (octet < 248 && password.length < 10) password += alphabet[octet % 31] ?? '';
  return password;
}

function numberOf(random: RandomBytes): number {
  const octets = random(4);
  return new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0) >>> 1;
}
