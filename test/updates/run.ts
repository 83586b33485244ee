import { Agent, request as httpRequest } from 'node:http';
import { childElement, readXml, textOf, type XmlElement } from '@plenary/wire/xml';
import { ccmpRequest, type CcmpParts } from '../conformance/raw/ccmp.js';
import type { Conference, ElementName, Update } from './judge.js';

const info = 'urn:ietf:params:xml:ns:conference-info';
/** In the order of the schema (RFC 4575 section 5.3). */
const elementNames: readonly ElementName[] = ['display-text', 'subject', 'free-text', 'maximum-user-count'];

export interface RunOptions {
  /** CCMP resources; client n uses the n-th, round and round. */
  readonly urls: readonly string[];
  readonly conferences: number;
  readonly clients: number;
  readonly updates: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly username: string;
  readonly userId: string;
  /** Told now and then how many updates were answered. */
  readonly onProgress?: (done: number) => void;
}

interface Answer {
  readonly code: number;
  readonly version: number | undefined;
  readonly response: XmlElement | undefined;
}

/** Random updates of random elements of random conferences by several clients at once, and the conferences before and after. */
export async function runUpdates(
  options: RunOptions,
): Promise<{ readonly conferences: readonly Conference[]; readonly updates: readonly Update[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  try {
    const firsts = await createConferences(options, agent);
    const updates: Update[] = [];
    const issued = { count: 0 };
    await Promise.all(
      Array.from({ length: options.clients }, (_, number) =>
        runClient(number, firsts, updates, issued, options, agent),
      ),
    );
    const conferences: Conference[] = [];
    for (const { uri, version, elements } of firsts) {
      const last = await read(uri, options.urls[0] ?? '', options, agent);
      conferences.push({ uri, firstVersion: version, first: elements, lastVersion: last.version, last: last.elements });
    }
    return { conferences, updates };
  } finally {
    agent.destroy();
  }
}

interface Read {
  readonly uri: string;
  readonly version: number;
  readonly elements: Record<ElementName, string>;
}

async function createConferences(options: RunOptions, agent: Agent): Promise<Read[]> {
  const made: Read[] = [];
  for (let n = 0; n < options.conferences; n++) {
    const url = options.urls[n % options.urls.length] ?? '';
    const { code, response } = await post(url, { operation: 'create' }, options, agent);
    const uri = textIn(response, 'confObjID');
    if (code !== 200 || uri === '') throw new Error(`a conference could not be made: ${String(code)}`);
    made.push(await read(uri, url, options, agent));
  }
  return made;
}

async function read(uri: string, url: string, options: RunOptions, agent: Agent): Promise<Read> {
  const { code, version, response } = await post(url, { operation: 'retrieve', confObjID: uri }, options, agent);
  const confResponse = response?.children.find(
    (child): child is XmlElement => typeof child !== 'string' && child.name === 'confResponse',
  );
  const description = childElement(childElement(confResponse, '', 'confInfo'), info, 'conference-description');
  if (code !== 200 || version === undefined || description === undefined)
    throw new Error(`${uri} could not be read: ${String(code)}`);
  const elements = Object.fromEntries(
    elementNames.map((name) => {
      const element = childElement(description, info, name);
      return [name, element === undefined ? '' : textOf(element)];
    }),
  ) as Record<ElementName, string>;
  return { uri, version, elements };
}

async function runClient(
  client: number,
  conferences: readonly Read[],
  updates: Update[],
  issued: { count: number },
  options: RunOptions,
  agent: Agent,
): Promise<void> {
  const { random, urls } = options;
  const url = urls[client % urls.length] ?? '';
  const seen = new Map(conferences.map(({ uri, version }) => [uri, version]));
  while (issued.count < options.updates) {
    const number = issued.count++;
    const conference = conferences[Math.floor(random() * conferences.length)]?.uri ?? '';
    const elements = pickElements(number, random);
    const baseVersion = random() < 0.5 ? seen.get(conference) : undefined;
    const answer = await update(url, { conference, elements, baseVersion }, options, agent);
    updates.push({ conference, client, elements, baseVersion, answer });
    if (answer.version !== undefined) seen.set(conference, answer.version);
    if (updates.length % 1_000 === 0) options.onProgress?.(updates.length);
  }
}

/** One or two elements with values no other update has. */
function pickElements(number: number, random: () => number): Update['elements'] {
  const count = random() < 0.3 ? 2 : 1;
  const start = Math.floor(random() * elementNames.length);
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => {
      const name = elementNames[(start + n) % elementNames.length] ?? 'subject';
      return [name, name === 'maximum-user-count' ? String(1_000 + number) : `${name} ${String(number)}`];
    }),
  );
}

async function update(
  url: string,
  { conference, elements, baseVersion }: Pick<Update, 'conference' | 'elements' | 'baseVersion'>,
  options: RunOptions,
  agent: Agent,
): Promise<Update['answer']> {
  const version = baseVersion === undefined ? '' : ` version="${String(baseVersion)}"`;
  const children = elementNames
    .filter((name) => elements[name] !== undefined)
    .map((name) => `<info:${name}>${elements[name] ?? ''}</info:${name}>`)
    .join('');
  const description = `<info:conference-description>${children}</info:conference-description>`;
  const inner = `<confInfo entity="${conference}"${version}>${description}</confInfo>`;
  const answer = await post(url, { operation: 'update', confObjID: conference, inner }, options, agent);
  return (answer.code === 200 || answer.code === 409) && answer.version !== undefined
    ? { code: answer.code, version: answer.version }
    : { code: answer.code };
}

function post(url: string, parts: CcmpParts, { username, userId }: RunOptions, agent: Agent): Promise<Answer> {
  const body = ccmpRequest('conf', { subject: { username, password: username }, confUserID: userId, ...parts });
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      { method: 'POST', agent, headers: { 'content-type': 'application/ccmp+xml;charset=UTF-8' } },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () => resolve(answerOf(Buffer.concat(pieces).toString('utf8'))));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function answerOf(text: string): Answer {
  const document = readXml(text);
  const response = document.ok ? childElement(document.value.root, '', 'ccmpResponse') : undefined;
  const version = textIn(response, 'version');
  return {
    code: Number(textIn(response, 'response-code') || 0),
    version: version === '' ? undefined : Number(version),
    response,
  };
}

function textIn(response: XmlElement | undefined, name: string): string {
  const element = childElement(response, '', name);
  return element === undefined ? '' : textOf(element);
}
