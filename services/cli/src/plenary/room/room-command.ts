import type { Command, CommandArguments, CommandContext, CommandOption } from '../command.types.js';
import { argumentAt, textOption } from '../command-line.js';
import type { Control } from '../control.js';
import { passwordIn } from '../password-file.js';
import { findRoom } from './find-room.js';

/** What a command about one room gets: the room named by its first argument is found already. */
export interface RoomContext extends CommandContext {
  /** XCON-URI. */
  readonly room: string;
  /** As it was typed. */
  readonly word: string;
}

const passwordOption: CommandOption = {
  type: 'string',
  value: 'FILE',
  help: 'file with the password of the room, where it has one',
};

/** A command whose first argument is a room. */
export function roomCommand(
  command: Omit<Command, 'run'> & { run(context: RoomContext, given: CommandArguments): Promise<void> },
): Command {
  return {
    ...command,
    options: { ...command.options, 'room-password-file': passwordOption },
    async run(context, given) {
      const control = await withRoomPassword(context, given);
      const word = argumentAt(given, 0);
      const room = await findRoom(control, word, context.domain);
      await command.run({ ...context, control, room, word }, given);
    },
  };
}

async function withRoomPassword(context: CommandContext, given: CommandArguments): Promise<Control> {
  const file = textOption(given, 'room-password-file');
  return file === undefined
    ? context.control
    : context.control.withRoomPassword(await passwordIn(context.readFile, file));
}
