/** What a reader stores at most before it gives up. */
export interface CpimLimits {
  /** Octets of the CPIM headers, the MIME headers and their empty lines together; above it `head-too-large`. */
  readonly headBytes: number;
  /** Lines of both header blocks together; above it `too-many-headers`. */
  readonly headers: number;
}

/** 8 KiB and 128 lines. Req: CPIM-013. */
export const DEFAULT_CPIM_LIMITS: CpimLimits = { headBytes: 8192, headers: 128 };
