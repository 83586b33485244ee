import type { Command } from './command.types.js';
import { completionScript, type Shell, shells } from './completion.js';
import { argumentAt } from './command-line.js';
import { UsageFault } from './failures.js';
import { eraseMessages, exportHistory, showHistory } from './history/commands.js';
import { banUser, unbanUser } from './room/bans.js';
import { createRoom } from './room/create.js';
import { admitUser, inviteUser, kickUser, muteUser, setNickname, setRole, unmuteUser } from './room/people.js';
import { deleteRoom, holdRoom, listRooms, logRoom, moveRoom, setRoom, showRoom } from './room/rooms.js';
import { createSidebar, deleteSidebar, listSidebars, showSidebar } from './room/sidebars.js';
import { listBlueprints, showOptions } from './server-commands.js';
import { addUser, changePassword, importUsers, listUsers, removeUser } from './user/commands.js';

const completion: Command = {
  path: ['completion'],
  arguments: ['SHELL'],
  summary: 'a script that completes these commands: bash or zsh',
  examples: [
    ['completion bash >> ~/.bashrc', 'for bash'],
    ['completion zsh > "${fpath[1]}/_plenary"', 'for zsh'],
  ],
  words: [[...shells]],
  run({ output }, given) {
    const shell = argumentAt(given, 0);
    if (!(shells as readonly string[]).includes(shell)) throw new UsageFault(`there is no completion for ${shell}`);
    output.raw(completionScript(shell as Shell, commands));
    return Promise.resolve();
  },
};

/** Every command of `plenary`, in the order of its help. */
export const commands: readonly Command[] = [
  listRooms,
  createRoom,
  showRoom,
  setRoom,
  inviteUser,
  admitUser,
  kickUser,
  banUser,
  unbanUser,
  muteUser,
  unmuteUser,
  setRole,
  setNickname,
  logRoom,
  showHistory,
  exportHistory,
  eraseMessages,
  holdRoom,
  listSidebars,
  createSidebar,
  showSidebar,
  deleteSidebar,
  moveRoom,
  deleteRoom,
  listBlueprints,
  showOptions,
  addUser,
  changePassword,
  listUsers,
  removeUser,
  importUsers,
  completion,
];
