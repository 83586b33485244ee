/**
 * Route and Record-Route (RFC 3261 sections 20.30, 20.34): lists of name-addr, in angle brackets always.
 *
 * Route = "Route" HCOLON route-param *(COMMA route-param); route-param = name-addr *( SEMI rr-param )
 */
import { err, ok, type HeaderFields, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatNameAddr, type NameAddr, parseNameAddr } from '../name-addr.js';
import { uriParam } from '../uri.js';
import { readList } from './list.js';

export type Route = NameAddr;

/** Parses one Route or Record-Route value. Err `malformed-header`, also for an address without `<` `>`. */
export function parseRoute(value: string): Result<Route, SipError> {
  const address = parseNameAddr(value);
  if (!address.ok) return address;
  // The brackets are not optional: without them nobody knows whom `;lr` belongs to.
  if (!value.includes('<')) return err(new SipError('malformed-header', 'A route stands in < >.'));
  return ok(address.value);
}

export function formatRoute(route: Route): string {
  return formatNameAddr(route);
}

/** Route or Record-Route of a message, in order. */
export function readRoutes(headers: HeaderFields, name: 'Route' | 'Record-Route'): Result<Route[], SipError> {
  return readList(headers, name, parseRoute);
}

/** Whether the hop is a loose router (`;lr`, RFC 3261 section 19.1.1). */
export function isLooseRouter(route: Route): boolean {
  return uriParam(route.uri, 'lr') !== undefined;
}
