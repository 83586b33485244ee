import type { ConferenceView } from '@plenary/proto/roomstate';
import { withChildren, type XmlElement } from '@plenary/wire/xml';
import { namespaces, readFragment } from '@plenary/xcon';
import type { Rendition } from './rendition.js';

/**
 * A room at one version as everybody with the same view of it sees it. What is made of it for NOTIFYs is kept here, so that it is made once and not for each
 * subscriber.
 */
export class ViewDocument {
  readonly room: string;
  readonly shard: string;
  readonly conferenceUri: string;
  readonly version: bigint;
  /** Name of the view: with the version it names the document. */
  readonly view: string;
  /** The XCON document as room-state wrote it. */
  readonly text: string;
  readonly fetchedAtMs: number;
  /** Finished bodies, by form and shape. */
  readonly renditions = new Map<string, Rendition>();
  /** The same for changes since an earlier document; `null`: nothing that is shown has changed. */
  readonly changes = new Map<string, WeakMap<ViewDocument, Rendition | null>>();
  /** RFC 4575 documents, by shape. */
  readonly legacyTrees = new Map<string, XmlElement>();
  #tree: XmlElement | undefined;
  #counted: XmlElement | undefined;

  constructor(view: ConferenceView, fetchedAtMs: number) {
    this.room = view.room;
    this.shard = view.shard;
    this.conferenceUri = view.conferenceUri;
    this.version = view.version;
    this.view = view.view;
    this.text = view.document;
    this.fetchedAtMs = fetchedAtMs;
  }

  /** Throws where room-state wrote what is no document. */
  get tree(): XmlElement {
    if (this.#tree) return this.#tree;
    const read = readFragment(this.text);
    if (!read.ok) throw read.error;
    this.#tree = read.value;
    return read.value;
  }

  /** The document without its users: `<user-count>` still tells how many there are (RFC 4575 section 5.5.1; EVT-023). */
  get counted(): XmlElement {
    this.#counted ??= withChildren(
      this.tree,
      this.tree.children.map((child) =>
        typeof child !== 'string' && child.ns === namespaces.info && child.name === 'users'
          ? withChildren(child, [])
          : child,
      ),
    );
    return this.#counted;
  }
}
