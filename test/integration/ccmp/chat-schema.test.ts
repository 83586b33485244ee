import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeptMessage } from '@plenary/proto/history';
import { HistoryRight } from '@plenary/proto/roomstate';
import { ccmpRequest, postCcmp } from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, type Installation, startInstallation } from './installation.js';

const path = join(import.meta.dirname, '../../../infra/docs/schemas/plenary-chat-1.xsd');
let schema: XsdValidator;
let installation: Installation;

beforeAll(async () => {
  const document = XmlDocument.fromBuffer(readFileSync(path));
  schema = XsdValidator.fromDoc(document);
  document.dispose();
  installation = await startInstallation();
});
afterAll(async () => {
  schema.dispose();
  await installation.stop();
});

/** What the published schema has against an element of the extension. */
function faults(element: string): string[] {
  const declared = element.replace(/^<chat:[\w-]+/, (start) => `${start} xmlns:chat="urn:x-plenary:ns:chat:1"`);
  const document = XmlDocument.fromString(declared);
  try {
    schema.validate(document);
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError) return error.details.map(({ message }) => message.trim());
    throw error;
  } finally {
    document.dispose();
  }
}

describe('the published schema of the extensions', () => {
  it.each([
    '<chat:room-policy secret="true" moderated="false" nickname-scope="room" quarantine="PT5M" on-empty="delete" wrapped-types="text/plain text/*"/>',
    '<chat:history default-count="20" maximum-count="100" retention="P30D" readers="members" legal-hold="true"/>',
    '<chat:logging active="true" since="2026-11-29T12:00:00Z" by="xcon-userid:alice@localhost"/>',
    '<chat:alternate-venue uri="xcon:next@localhost" reason="moved"/>',
    '<chat:banned><chat:target uri="sip:eve@localhost"/></chat:banned>',
    '<chat:file-transfer direction="sendrecv" max-size="1000000" types="image/png" to="both" keep-content="false"/>',
    '<chat:collaboration kind="whiteboard" uri="https://board.example/1" roles="moderator participant"/>',
    '<chat:contact uri="sip:alice@192.0.2.1"/>',
    '<chat:history-request since="2026-11-29T12:00:00Z" count="7" direction="forward"/>',
  ])('takes %.60s…', (element) => {
    expect(faults(element)).toEqual([]);
  });

  it.each([
    '<chat:room-policy moderated="perhaps"/>',
    '<chat:room-policy colour="red"/>',
    '<chat:history retention="a while"/>',
    '<chat:alternate-venue/>',
    '<chat:logging active="true">yes</chat:logging>',
    '<chat:history-request direction="sideways"/>',
    '<chat:message time="2026-11-29T12:00:00Z"/>',
  ])('refuses %.60s…', (element) => {
    expect(faults(element)).not.toEqual([]);
  });

  it('CCMP-084 HIST-005 what a chatHistory answer carries is valid against it', async () => {
    const octets = (content: string | Uint8Array): Buffer =>
      Buffer.concat([
        Buffer.from(
          'From: "Bob" <sip:bob@localhost>\r\nTo: <sip:r@localhost>\r\nSubject: hi\r\n\r\nContent-Type: text/plain\r\n\r\n',
        ),
        Buffer.from(content),
      ]);
    const kept = (more: Partial<KeptMessage>): KeptMessage =>
      KeptMessage.fromPartial({ epoch: 1, seq: 9n, receivedAtUs: 1_764_417_600_000_000n, messageId: 'm', ...more });
    installation.script = {
      ...installation.script,
      perform: () => ({
        code: 200,
        history: HistoryRight.fromPartial({ room: 'R', maximumCount: 10, defaultCount: 10, identities: true }),
      }),
      read: () => ({
        cursor: 'c',
        messages: [
          kept({
            octets: octets('text\r\n<&>'),
            senderUserId: 'xcon-userid:bob@localhost',
            senderEntity: 'sip:bob@localhost',
          }),
          kept({ octets: octets(new Uint8Array([0, 255])), senderNickname: 'Bobby' }),
          kept({ octets: octets(''), leftOutBytes: 12n }),
          kept({ octets: Buffer.from('no CPIM at all'), wrappedType: 'text/html' }),
        ],
      }),
      erase: () => ({ erased: 3n }),
    };
    const ask = async (operation: string, request: string): Promise<string> => {
      const inner = `<extensionName>chatHistory</extensionName>${request}`;
      const parts = { subject: alicesSubject, confUserID: alice, confObjID: 'xcon:a@localhost', operation, inner };
      return (await postCcmp(installation.url, ccmpRequest('extended', parts))).text;
    };
    const messages = /<chat:messages[^]*<\/chat:messages>/.exec(await ask('retrieve', ''))?.[0] ?? '';
    expect(messages.match(/<chat:message /g)).toHaveLength(4);
    expect(faults(messages)).toEqual([]);
    const request = '<chat:history-request user="xcon-userid:bob@localhost"/>';
    const erased = /<chat:erased[^>]*\/>/.exec(await ask('delete', request))?.[0] ?? '';
    expect(faults(erased)).toEqual([]);
  });
});
