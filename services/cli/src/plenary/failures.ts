/** The command line is wrong: exit code 2. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}

/** The server said no: exit code 1. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    /** Response code of RFC 6503 section 5.4; 0 where another protocol refused, or there is nothing that fits. */
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Nobody answered, or nothing that could be understood: exit code 3. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable';
}

/** 0 done; 1 refused; 2 usage; 3 not reachable. */
export type ExitCode = 0 | 1 | 2 | 3;

/** The exit code of a failure; undefined for one of ours. */
export function exitCodeOf(error: unknown): Exclude<ExitCode, 0> | undefined {
  if (error instanceof Refused) return 1;
  if (error instanceof UsageFault) return 2;
  return error instanceof NotReachable ? 3 : undefined;
}
