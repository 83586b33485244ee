import { readXml, type XmlElement, type XmlLimits } from '@plenary/wire/xml';
import { applyDiff, applyPartial, eventMediaTypes } from '@plenary/xcon';

/** What a roster may have at most: it is larger than a request of conference control. */
const limits: XmlLimits = {
  characters: 4 * 1024 * 1024,
  depth: 48,
  elements: 200_000,
  attributesPerElement: 64,
  attributes: 400_000,
};

/** What a NOTIFY did to the copy. */
export type CopyChange =
  /** The copy is what the room is now. */
  | 'changed'
  /** Older than the copy: nothing was done. */
  | 'stale'
  /** It cannot be taken in, or something before it is missing: a refresh brings the whole state (RFC 4575 section 4.6, RFC 6502 section 5.2). */
  | 'broken';

/**
 * A subscriber's copy of a conference document: whole documents replace it, RFC 4575 partial documents and RFC 6502 differences bring it up to date. After another
 * content type nothing of before counts.
 *
 * Req: NOTIF-007, EVT-012, EVT-015.
 */
export class ConferenceCopy {
  #document: XmlElement | undefined;
  #isXcon = false;

  /** Undefined before the first whole document. An XCON document, or one of RFC 4575, as the server sends them. */
  get document(): XmlElement | undefined {
    return this.#document;
  }

  /** `contentType`: without parameters, lower case. */
  take(contentType: string, body: Uint8Array): CopyChange {
    const read = readXml(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'), limits);
    if (!read.ok) return 'broken';
    const { root } = read.value;
    switch (contentType) {
      case eventMediaTypes.xconConferenceInfo:
        return this.#keep(root, true);
      case eventMediaTypes.xconConferenceInfoDiff: {
        if (!this.#document || !this.#isXcon) return 'broken';
        const applied = applyDiff(this.#document, root, { prefixes: read.value.prefixes });
        return applied.ok ? this.#keep(applied.value, true) : 'broken';
      }
      case eventMediaTypes.conferenceInfo: {
        const applied = applyPartial(this.#isXcon ? undefined : this.#document, root);
        if (applied.ok) return this.#keep(applied.value, false);
        return applied.error.code === 'version-stale' ? 'stale' : 'broken';
      }
      default:
        return 'broken';
    }
  }

  #keep(document: XmlElement, isXcon: boolean): CopyChange {
    this.#document = document;
    this.#isXcon = isXcon;
    return 'changed';
  }
}
