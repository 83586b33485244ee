/** Who asked has given up waiting before the room's turn came: nothing was done. Req: CCMP-013. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}
