import { ConferenceView } from '@plenary/proto/roomstate';
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
  /** The document as it is told first to who has that earlier one: with those who are gone; `null`: the same as ever (EVT-019). */
  readonly farewells = new WeakMap<ViewDocument, ViewDocument | null>();
  /** RFC 4575 documents, by shape. */
  readonly legacyTrees = new Map<string, XmlElement>();
  #tree: XmlElement | undefined;
  #counted: XmlElement | undefined;

  /** `tree`: where the document was made here, instead of its text. */
  constructor(view: ConferenceView, fetchedAtMs: number, tree?: XmlElement) {
    this.#tree = tree;
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
    this.#tree ??= parsed(this.text);
    return this.#tree;
  }

  /** The same with another content. */
  withTree(tree: XmlElement): ViewDocument {
    const { room, shard, conferenceUri, version, view, fetchedAtMs } = this;
    const made = ConferenceView.fromPartial({ room, shard, conferenceUri, version, view });
    return new ViewDocument(made, fetchedAtMs, tree);
  }

  /** The document without its users: `<user-count>` still tells how many there are (RFC 4575 section 5.5.1; EVT-023). */
  get counted(): XmlElement {
    this.#counted ??= this.#tree ? withoutUsers(this.#tree) : withoutUsers(parsed(cutUsers(this.text)));
    return this.#counted;
  }
}

/**
 * The text without what stands between `<users>` and its end: reading ten thousand users takes longer than anything else, and here they are not wanted. Room-state
 * writes that element without prefix, and nothing of the name before it or in it; what is written otherwise stays as it is.
 */
function cutUsers(text: string): string {
  const begin = /<users(?: [^<>]*)?>/u.exec(text);
  const end = text.indexOf('</users>');
  if (!begin || end < begin.index) return text;
  return text.slice(0, begin.index + begin[0].length) + text.slice(end);
}

function withoutUsers(document: XmlElement): XmlElement {
  return withChildren(
    document,
    document.children.map((child) =>
      typeof child !== 'string' && child.ns === namespaces.info && child.name === 'users'
        ? withChildren(child, [])
        : child,
    ),
  );
}

function parsed(text: string): XmlElement {
  const read = readFragment(text);
  if (!read.ok) throw read.error;
  return read.value;
}
