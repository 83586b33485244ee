import { request } from 'node:http';
import { childElement, childElements, childrenNamed, readXml, textOf, type XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { ccmpSchemaFaults } from '../raw/ccmp-schema.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const info = 'urn:ietf:params:xml:ns:conference-info';

/** As conference schedulers of SIP phones do it: HTTP without Accept, generated prefixes, everything in one confInfo. */
function post(body: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `http://${system.stack.address('ccmp', 'CCMP')}/ccmp`,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/ccmp+xml', 'Content-Length': Buffer.byteLength(body) },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => (text += piece));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function scheduler(operation: string, confInfo: string, confObjID?: string): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<p1:ccmpRequest xmlns:p1="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:p2="urn:ietf:params:xml:ns:conference-info" xmlns:p3="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <ccmpRequest xsi:type="p1:ccmp-conf-request-message-type">
    <subject><username>alice</username><password>alice</password></subject>
    <confUserID>xcon-userid:alice@localhost</confUserID>
    ${confObjID === undefined ? '' : `<confObjID>${confObjID}</confObjID>`}
    <operation>${operation}</operation>
    <p1:confRequest>${confInfo}</p1:confRequest>
  </ccmpRequest>
</p1:ccmpRequest>`;
}

const meeting = (entity: string, subject: string): string => `<confInfo entity="${entity}">
      <p2:conference-description xml:lang="en-us">
        <p2:display-text>${subject}</p2:display-text><p2:subject>${subject}</p2:subject>
        <p2:free-text>with an agenda</p2:free-text>
        <p3:conference-time><p3:entry>
          <p3:base>BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//phone//EN
BEGIN:VEVENT
UID:20261201T090000@phone
DTSTAMP:20261129T090000Z
DTSTART:20301201T090000Z
DTEND:20301201T100000Z
END:VEVENT
END:VCALENDAR</p3:base>
        </p3:entry></p3:conference-time>
        <p2:available-media><p2:entry label="AUTO_GENERATE_2"><p2:type>message</p2:type><p2:status>sendrecv</p2:status></p2:entry></p2:available-media>
      </p2:conference-description>
      <p2:users>
        <p3:join-handling>allow</p3:join-handling>
        <p3:allowed-users-list>
          <p3:target uri="sip:alice@localhost" method="dial-in"/>
          <p3:target uri="sip:bob@localhost" method="dial-in"/>
        </p3:allowed-users-list>
      </p2:users>
    </confInfo>`;

function answered({ status, text }: Awaited<ReturnType<typeof post>>): {
  readonly code: number;
  readonly confObjID: string;
  readonly confInfo: XmlElement | undefined;
} {
  expect(status).toBe(200);
  expect(ccmpSchemaFaults(text)).toEqual([]);
  const document = readXml(text);
  const response = document.ok ? childElement(document.value.root, '', 'ccmpResponse') : undefined;
  const textIn = (name: string): string => {
    const element = childElement(response, '', name);
    return element === undefined ? '' : textOf(element);
  };
  const confResponse = childElements(response ?? { ns: '', name: '', attributes: [], children: [] }).find(
    ({ name }) => name === 'confResponse',
  );
  return {
    code: Number(textIn('response-code')),
    confObjID: textIn('confObjID'),
    confInfo: childElement(confResponse, '', 'confInfo'),
  };
}

function uris(confInfo: XmlElement | undefined): string[] {
  const list = childElement(childElement(confInfo, info, 'conference-description'), info, 'conf-uris');
  return childrenNamed(list, info, 'entry').map((entry) => {
    const uri = childElement(entry, info, 'uri');
    return uri === undefined ? '' : textOf(uri);
  });
}

describe('a conference scheduler of a phone', () => {
  it('CCMP-067 CCMP-070 CCMP-071 creates, changes and deletes a meeting, without Accept; the answer has one SIP URI to dial', async () => {
    const created = answered(await post(scheduler('create', meeting('xcon:AUTO_GENERATE_1@localhost', 'Standup'))));
    expect(created.code).toBe(200);
    expect(created.confObjID).toMatch(/^xcon:[a-z0-9]+@localhost$/u);
    expect(uris(created.confInfo)).toEqual([expect.stringMatching(/^sip:[^@]+@localhost$/u)]);

    const changed = answered(
      await post(scheduler('update', meeting(created.confObjID, 'Standup, later'), created.confObjID)),
    );
    expect(changed.code).toBe(200);
    expect(uris(changed.confInfo)).toEqual(uris(created.confInfo));
    const title = childElement(childElement(changed.confInfo, info, 'conference-description'), info, 'subject');
    expect(title && textOf(title)).toBe('Standup, later');

    const deleted = answered(
      await post(scheduler('delete', meeting(created.confObjID, 'Standup, later'), created.confObjID)),
    );
    expect(deleted).toEqual({ code: 200, confObjID: created.confObjID, confInfo: undefined });
  });
});
