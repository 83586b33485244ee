import { attributeOf, childElement, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';

/** How one element of RFC 4575 takes part in its partial notifications. */
export interface PartialRule {
  /** It is told apart from its siblings by the value of this attribute, or child element. Absent: it occurs once. */
  readonly key?: `@${string}` | 'uri';
  /** It has a 'state': it may come as a part of itself, or as deleted. */
  readonly state: boolean;
  /** Its elements, in the order of the schema. */
  readonly children: Readonly<Record<string, PartialRule>>;
}

const whole: PartialRule = { state: false, children: {} };

function wholes(...names: string[]): Record<string, PartialRule> {
  return Object.fromEntries(names.map((name) => [name, whole]));
}

const endpoint: PartialRule = {
  key: '@entity',
  state: true,
  children: {
    ...wholes('display-text', 'referred', 'status', 'joining-method', 'joining-info'),
    ...wholes('disconnection-method', 'disconnection-info'),
    media: { key: '@id', state: false, children: {} },
    ...wholes('call-info'),
  },
};

const user: PartialRule = {
  key: '@entity',
  state: true,
  children: {
    ...wholes('display-text', 'associated-aors', 'roles', 'languages', 'cascaded-focus'),
    endpoint,
  },
};

const conferenceParts: Readonly<Record<string, PartialRule>> = {
  ...wholes('conference-description', 'host-info', 'conference-state'),
  users: { state: true, children: { user } },
  'sidebars-by-ref': { state: true, children: { entry: { key: 'uri', state: false, children: {} } } },
  'sidebars-by-val': {
    state: true,
    // An entry is a conference (RFC 4575 §6, conference-type): it has a 'state', too, as in the example of §7.2.
    children: {
      entry: {
        key: '@entity',
        state: true,
        get children() {
          return conferenceParts;
        },
      },
    },
  },
};

/**
 * `<conference-info>`. The elements with a 'state' are those of RFC 4575 §4.4, the keys those of §4.5; every other element is replaced as
 * a whole and cannot be taken away, so that its parent comes in full when it goes.
 */
export const conferenceInfoRule: PartialRule = { state: true, children: conferenceParts };

/** The rule for a child; undefined for elements RFC 4575 does not define: they are replaced as a whole. */
export function ruleOf(parent: PartialRule, child: XmlElement): PartialRule | undefined {
  return child.ns === namespaces.info && Object.hasOwn(parent.children, child.name)
    ? parent.children[child.name]
    : undefined;
}

/** What a child is found by among its siblings; undefined when it lacks its key. Keys are compared octet by octet (RFC 4575 §4.5). */
export function slotOf(parent: PartialRule, child: XmlElement): string | undefined {
  const key = ruleOf(parent, child)?.key;
  // XML holds no NUL, so it parts the words.
  if (key === undefined) return `${child.ns}\u0000${child.name}`;
  const uri = childElement(child, namespaces.info, 'uri');
  const value = key === 'uri' ? (uri === undefined ? undefined : textOf(uri)) : attributeOf(child, key.slice(1));
  return value === undefined ? undefined : `${child.ns}\u0000${child.name}\u0000${value}`;
}

/** The element with another 'state', or none. */
export function withState(element: XmlElement, state: 'full' | 'partial' | 'deleted' | undefined): XmlElement {
  const others = element.attributes.filter(({ ns, name }) => ns !== '' || name !== 'state');
  return {
    ...element,
    attributes: state === undefined ? others : [...others, { ns: '', name: 'state', value: state }],
  };
}
