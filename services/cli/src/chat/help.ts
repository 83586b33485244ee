/** What `--help` prints. */
export const helpText = `chat: talk in a room from a terminal.

  npm run chat -- --as alice lobby

joins the room lobby as alice, over SIP and MSRP. Type a line and press Enter to say it. Open a second terminal, join as
bob, and talk to each other. Ctrl-C, Ctrl-D or /leave ends.

Usage: npm run chat -- --as NAME [options] ROOM

  ROOM               lobby, or a whole address: sip:lobby@localhost
  --as NAME          who you are: alice, or alice@example.com
  --password TEXT    default: the same as the name, as the demo has it
  --server HOST:PORT where SIP is spoken; default 127.0.0.1:5060, by TLS 5061
  --transport T      udp (default), tcp, or tls, which sips: in the room's address asks for
  --tls              messages over TLS
  --authorities FILE who is believed to certify the server, PEM; default: the room's own word for it
  --nick NAME        ask for a nickname at once
  --help             this text

In the room:

  hello everybody    says it to the room
  /msg bob hi        says it to bob alone; a whole address works too: /msg sip:bob@localhost hi
  /nick Ally         takes a nickname; /nick alone gives it back
  /who               who is in the room
  /send photo.jpg    sends a file to the room
  /leave             leaves
  /help              these commands
  //text             says a line that begins with a slash

Examples:

  npm run chat -- --as alice --nick Ally minutes
  npm run chat -- --as u17 --password secret --server chat.example.com:5060 --transport tcp sip:lobby@example.com
  echo "the build is green" | npm run chat --silent -- --as robot lobby

In a pipe every input line is said, output is plain, and the end of the input leaves.
Colours: only on a terminal, and never with NO_COLOR set.
Exit codes: 0 left, 1 could not join or lost the room, 2 wrong arguments.
`;

/** What `/help` prints. */
export const commandLines: readonly string[] = [
  '/msg NAME text   to one person alone',
  '/nick NAME       take a nickname; /nick gives it back',
  '/who             who is in the room',
  '/send FILE       send a file to the room',
  '/leave           leave',
  '//text           say a line that begins with a slash',
];
