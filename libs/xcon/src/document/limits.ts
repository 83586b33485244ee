/** What one conference document may have at most. */
export interface DocumentLimits {
  /** Elements nested in each other. */
  readonly depth: number;
  readonly elements: number;
  /** `<user>` elements of one `<users>` or `<persistent-list>`. */
  readonly users: number;
  readonly endpointsPerUser: number;
  readonly mediaPerEndpoint: number;
  /** Targets of one list. */
  readonly targets: number;
  /** Entries of `<conference-time>`. */
  readonly times: number;
  /** Entries of any other list. */
  readonly entries: number;
  /** Characters of a text, of an attribute, of a URI. */
  readonly textLength: number;
  readonly attributeLength: number;
  readonly uriLength: number;
  /** Characters of an iCalendar object. */
  readonly calendarLength: number;
}

export const defaultDocumentLimits: DocumentLimits = {
  depth: 24,
  elements: 200_000,
  users: 20_000,
  endpointsPerUser: 32,
  mediaPerEndpoint: 32,
  targets: 10_000,
  times: 16,
  entries: 128,
  textLength: 4096,
  attributeLength: 1024,
  uriLength: 1024,
  calendarLength: 16 * 1024,
};
