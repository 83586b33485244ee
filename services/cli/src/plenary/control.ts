import type { CcmpRequestToSend, CcmpResponse } from '@plenary/xcon';
import { responseCode } from '@plenary/xcon';
import { Refused } from './failures.js';

/** Sends one CCMP request and brings its answer. Rejects with `NotReachable`. */
export type Exchange = (request: CcmpRequestToSend) => Promise<CcmpResponse>;

/** A question without what every question has. */
export type Question = Omit<CcmpRequestToSend, 'subject' | 'confUserId'>;

/** The server's conference control, with the rights of who asks. */
export class Control {
  readonly userId: string;
  readonly #username: string;
  readonly #password: () => Promise<string>;
  readonly #exchange: Exchange;
  readonly #roomPassword: string | undefined;

  /** `password` is asked with the first question; `roomPassword` goes with every one. */
  constructor(options: {
    readonly userId: string;
    readonly username: string;
    readonly password: () => Promise<string>;
    readonly exchange: Exchange;
    readonly roomPassword?: string | undefined;
  }) {
    this.userId = options.userId;
    this.#username = options.username;
    this.#password = options.password;
    this.#exchange = options.exchange;
    this.#roomPassword = options.roomPassword;
  }

  /** The same, for rooms with that password. */
  withRoomPassword(roomPassword: string | undefined): Control {
    return new Control({
      userId: this.userId,
      username: this.#username,
      password: this.#password,
      exchange: this.#exchange,
      roomPassword,
    });
  }

  /** Asks; throws `Refused` for every code but 200. */
  async ask(question: Question): Promise<CcmpResponse> {
    const password = await this.#password();
    const response = await this.#exchange({
      ...question,
      subject: { username: this.#username, password },
      confUserId: this.userId,
      ...(this.#roomPassword === undefined ? {} : { conferencePassword: this.#roomPassword }),
    });
    if (response.code !== 200) throw new Refused(response.code, reasonOf(response));
    return response;
  }
}

function reasonOf({ code, text }: CcmpResponse): string {
  const known = responseCode(code).text;
  return text === undefined || text === '' || text === known ? known : `${known}: ${text}`;
}
