export {
  attributeOf,
  childElement,
  childElements,
  childrenNamed,
  textOf,
  withChildren,
  type XmlAttribute,
  type XmlElement,
  xmlElement,
  type XmlNode,
} from './element.js';
export {
  defaultXmlLimits,
  readXml,
  XML_ERRORS,
  type XmlDocument,
  XmlError,
  type XmlErrorCode,
  type XmlLimits,
} from './reader.js';
export { writeXml, type WriteXmlOptions } from './writer.js';
