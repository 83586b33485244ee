import type { CcmpMessageKind } from '@plenary/xcon';
import { blueprintRequest } from './blueprint.js';
import { chatHistory } from './chat-history.js';
import { confRequest } from './conf.js';
import { blueprintsRequest, confsRequest, sidebarsByRefRequest, sidebarsByValRequest } from './list.js';
import { optionsRequest } from './options.js';
import { sidebarByRefRequest } from './sidebar-by-ref.js';
import { sidebarByValRequest } from './sidebar-by-val.js';
import { userRequest } from './user.js';
import { usersRequest } from './users.js';
import type { RequestHandler } from './work.js';

/** Who serves each kind of message; `extended` is the one extension there is. */
export const handlers: Readonly<Record<CcmpMessageKind, RequestHandler>> = {
  blueprints: blueprintsRequest,
  blueprint: blueprintRequest,
  confs: confsRequest,
  conf: confRequest,
  users: usersRequest,
  user: userRequest,
  sidebarsByVal: sidebarsByValRequest,
  sidebarByVal: sidebarByValRequest,
  sidebarsByRef: sidebarsByRefRequest,
  sidebarByRef: sidebarByRefRequest,
  options: optionsRequest,
  extended: chatHistory,
};
