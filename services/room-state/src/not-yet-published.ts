/** The event of a change that promises an order with the messages is not in the log yet; the change itself is kept. */
export class NotYetPublished extends Error {
  override readonly name = 'NotYetPublished';
}
