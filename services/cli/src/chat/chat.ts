import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  Account,
  JoinFailure,
  openSipEndpoint,
  rosterOf,
  userCountOf,
  type Following,
  type ReceivedMessage,
  type Room,
  type SipEndpoint,
} from '@plenary/client';
import { readCommand, type Command } from './command.js';
import { ownLine, printable, receivedLine, sizeText, timeOf, type LineKind } from './format.js';
import { commandLines } from './help.js';
import { mediaTypeOf } from './media-types.js';
import type { ChatOptions } from './options.js';
import { People } from './people.js';
import type { Screen } from './screen.js';
import { rosterLines, seenLines } from './who.js';
import { joinFailureText, nicknameFailureText, sendFailureText } from './status-text.js';

/** 0 left, 1 could not join or lost the room. */
export type ChatExit = 0 | 1;

/** Pauses before each attempt to get a lost connection back, milliseconds. */
const reconnectPausesMs = [300, 500, 1_000, 2_000, 4_000, 8_000, 8_000];
/** Causes of a BYE after which coming back would be against the room's will: removed, closed, replaced by another device of ours. */
const finalCauses: ReadonlySet<number | undefined> = new Set([403, 410, 486]);
/** Whatever the room takes; only against reading a disk image into memory by mistake. */
const fileLimitBytes = 256 * 1024 * 1024;

/** One evening in one room: joins, shows, sends, and comes back when the connection is lost. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #screen: Screen;
  readonly #people: People;
  readonly #open = new Set<Promise<void>>();
  readonly #lost = new AbortController();
  #room: Room | undefined;
  #following: Following | undefined;
  #isLeaving = false;
  #reconnecting: Promise<void> | undefined;
  #nickname: string | undefined;

  constructor(options: ChatOptions, screen: Screen) {
    this.#options = options;
    this.#screen = screen;
    this.#people = new People(options.user);
  }

  /** Until somebody leaves or the room is lost. */
  async run(): Promise<ChatExit> {
    const { server, transport, room, authorities } = this.#options;
    const trusted = authorities === undefined ? {} : { authorities: readFileSync(authorities, 'utf8') };
    const endpoint = await openSipEndpoint({ server: { transport, ...server }, ...trusted });
    try {
      const account = this.#account(endpoint);
      this.#room = await account.join(room, this.#handlers(account));
      this.#say('info', `You are in ${room} as ${this.#options.user}. /help lists the commands.`);
      this.#beside(this.#follow(account));
      if (this.#options.nickname !== undefined) await this.#takeNickname(this.#options.nickname);
      this.#screen.onLine((line) => this.#obey(readCommand(line)));
      await Promise.race([this.#screen.ended, aborted(this.#lost.signal)]);
      this.#isLeaving = true;
      if (this.#lost.signal.aborted) return 1;
      await Promise.all(this.#open);
      await Promise.all([this.#room.leave(), this.#following?.stop()]);
      this.#say('info', 'left');
      return 0;
    } catch (error) {
      if (!(error instanceof JoinFailure)) throw error;
      this.#say('problem', joinFailureText(error, room));
      return 1;
    } finally {
      this.#isLeaving = true;
      await endpoint.close();
    }
  }

  #account(endpoint: SipEndpoint): Account {
    const { user, username, password } = this.#options;
    return new Account(endpoint, { uri: user, username, password });
  }

  #handlers(account: Account): Parameters<Account['join']>[1] {
    const { tls, authorities } = this.#options;
    const trusted = authorities === undefined ? {} : { authorities: readFileSync(authorities, 'utf8') };
    return {
      ...(tls ? { tls: trusted } : {}),
      onMessage: (message) => {
        this.#received(message);
      },
      onLineLost: () => {
        this.#comeBack(account);
      },
      onEnded: (reason, cause) => {
        // The connection may go before the BYE is here.
        if (this.#isLeaving || (this.#reconnecting && !finalCauses.has(cause))) return;
        this.#say('problem', `The room has ended your stay: ${printable(reason)}`);
        this.#lost.abort();
      },
    };
  }

  /** Who is in the room is told by the room itself; one that does not tell is no obstacle to talking. */
  async #follow(account: Account): Promise<void> {
    try {
      this.#following = await account.follow(this.#options.room, {
        onChange: (document) => {
          this.#people.present(rosterOf(document));
        },
        onEnded: () => {
          this.#following = undefined;
          this.#people.present([]);
        },
      });
    } catch (error) {
      if (!(error instanceof JoinFailure) && !this.#isLeaving) throw error;
    }
  }

  #received(message: ReceivedMessage): void {
    const nowMs = Date.now();
    const shown = this.#people.nameOf(message.from);
    // What is shown again was said earlier: it stands with the time it was sent, and so does who said it.
    const sentAtMs = message.sentAtMs ?? nowMs;
    if (!message.isNotice) this.#people.heard(message.from, message.fromName, Math.min(sentAtMs, nowMs));
    this.#screen.show(receivedLine(message, shown, sentAtMs, nowMs));
  }

  /** The connection is lost: the room keeps the seat for a while, so a new path is asked for, and after that a new seat. */
  #comeBack(account: Account): void {
    if (this.#isLeaving || this.#reconnecting) return;
    this.#say('problem', 'The connection is lost; getting it back …');
    this.#reconnecting = this.#reconnect(account).finally(() => {
      this.#reconnecting = undefined;
    });
  }

  async #reconnect(account: Account): Promise<void> {
    let why = '';
    for (const pauseMs of reconnectPausesMs) {
      await pause(pauseMs);
      if (this.#isLeaving || this.#lost.signal.aborted) return;
      try {
        if (this.#room && !this.#room.isOver) {
          await this.#room.move();
          this.#say('info', 'The connection is back.');
        } else {
          this.#room = await account.join(this.#options.room, this.#handlers(account));
          this.#say('info', 'Back in the room; what was said meanwhile may be missing above.');
          if (!this.#following) this.#beside(this.#follow(account));
          if (this.#nickname !== undefined) await this.#takeNickname(this.#nickname);
        }
        return;
      } catch (error) {
        if (!(error instanceof JoinFailure)) throw error;
        why = joinFailureText(error, this.#options.room);
      }
    }
    this.#say('problem', `Gave up: ${why}`);
    this.#lost.abort();
  }

  /** Resolves when the next line may be dealt with: what is said keeps its order, a file goes out beside it. */
  async #obey(command: Command): Promise<void> {
    switch (command.kind) {
      case 'nothing':
        return;
      case 'say':
        await this.#tell(command.text, undefined);
        return;
      case 'tell': {
        const uri = this.#people.addressOf(command.whom);
        if (uri === undefined) this.#say('problem', `${printable(command.whom)} is no name and no address`);
        else await this.#tell(command.text, uri);
        return;
      }
      case 'nick':
        await this.#takeNickname(command.nickname);
        return;
      case 'send':
        this.#beside(this.#sendFile(command.path));
        return;
      case 'who':
        this.#who();
        return;
      case 'help':
        for (const line of commandLines) this.#say('info', line);
        return;
      case 'leave':
        this.#screen.close();
        return;
      case 'unclear':
        this.#say('problem', command.cure);
        return;
      default:
        command satisfies never;
    }
  }

  async #tell(text: string, uri: string | undefined): Promise<void> {
    const room = this.#room;
    if (!room) return;
    const { outcome } = uri === undefined ? room.say(text) : room.tell(uri, text);
    const answer = await outcome;
    const whom = uri === undefined ? undefined : this.#people.nameOf(uri);
    if (answer.kind === 'accepted') {
      this.#screen.show(ownLine(this.#people.nameOf(this.#options.user), text, Date.now(), whom));
    } else {
      this.#say('problem', `not sent (${sendFailureText(answer.failure)}): ${printable(text)}`);
    }
  }

  async #takeNickname(nickname: string): Promise<void> {
    const status = await (this.#room?.nickname(nickname) ?? 'not-possible');
    if (status === 200) {
      this.#nickname = nickname === '' ? undefined : nickname;
      this.#say('info', nickname === '' ? 'You have no nickname now.' : `Your nickname is ${printable(nickname)}.`);
    } else {
      this.#say('problem', nicknameFailureText(status));
    }
  }

  async #sendFile(path: string): Promise<void> {
    const name = basename(path);
    let content: Buffer;
    try {
      const { size } = await stat(path);
      if (size > fileLimitBytes) throw new Error(`it has ${sizeText(size)}, more than ${sizeText(fileLimitBytes)}`);
      content = await readFile(path);
    } catch (error) {
      this.#say('problem', `${printable(path)}: ${error instanceof Error ? error.message : 'cannot be read'}`);
      return;
    }
    const quoted = printable(name).replaceAll(/["\\]/g, '\\$&');
    const progress = this.#progress(name);
    const answer = await this.#room?.send({
      contentType: mediaTypeOf(path),
      contentHeaders: [{ name: 'Content-Disposition', value: `attachment; filename="${quoted}"` }],
      content,
      onProgress: progress,
    }).outcome;
    this.#screen.status(undefined);
    if (answer?.kind === 'accepted')
      this.#say('own', `${timeOf(Date.now())} sent ${name}, ${sizeText(content.length)}`);
    else this.#say('problem', `${name} not sent: ${sendFailureText(answer?.failure ?? 'closed')}`);
  }

  /** Says how far a file is: beside the prompt, and on pipes at every quarter. */
  #progress(name: string): (sentBytes: number, totalBytes: number) => void {
    let told = 0;
    return (sentBytes, totalBytes) => {
      const percent = Math.floor((100 * sentBytes) / totalBytes);
      if (percent === told) return;
      if (Math.floor(percent / 25) > Math.floor(told / 25) && percent < 100)
        this.#say('info', `sending ${name}: ${percent} %`);
      told = percent;
      this.#screen.status(`${name} ${percent} %`);
    };
  }

  #who(): void {
    const document = this.#following?.document;
    const lines = document
      ? rosterLines(rosterOf(document), userCountOf(document), this.#people)
      : seenLines(this.#people);
    for (const line of lines) this.#say('info', line);
  }

  #beside(work: Promise<void>): void {
    const open = work.finally(() => this.#open.delete(open));
    this.#open.add(open);
  }

  #say(kind: LineKind, text: string): void {
    this.#screen.show({ kind, text });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
