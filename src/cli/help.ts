export const HELP = `Usage:
  npm run peer -- [--publish DIR]… [options]     run a peer until it is stopped (Ctrl+C)
  npm run peer -- install ID --to DIR [options]  install a package once
  npm run peer -- search TEXT [options]          search here and on the network once
  npm run peer -- publish DIR [options]          publish a project once

Options of all:
  --listen ADDR        address to listen on; repeatable (default /ip4/0.0.0.0/tcp/0)
  --bootstrap ADDR     address of a peer to join, ending in /p2p/<peer id>; repeatable
  --data DIR           folder of this peer's state (default: a folder of this user)
  --name NAME          name that this peer claims to others
  --dht-server         keep and answer DHT records for others (default of a running peer)
  --dht-client         only ask (default of install, search and publish)
  --help               show this text

  A running peer:
  --publish DIR        publish the project in this folder at the start; repeatable

  install:             ID is publisher/name or name, each with or without @version
  --to DIR             folder that shall hold the files: new or empty
  --version V          exact version or range, instead of @version
  --timeout SECONDS    give up after this time (default 120); also for search and publish

  search:
  --limit N            at most so many packages, 1 to 100 (default 20)

Environment, where no option says otherwise:
  GGEN_P2P_LISTEN, GGEN_P2P_BOOTSTRAP   addresses, separated by commas
  GGEN_P2P_DHT_SERVER                   true or false

Output: one JSON object per line, {"event": …}. Messages for people go to the error output.
A package that was published once is served while a peer runs on the same data folder.
Exit codes: 0 done, 1 failed, 2 the command line is wrong.

Examples:
  npm run peer -- --listen /ip4/127.0.0.1/tcp/4001 --data ~/peer --publish ./my-pack
  npm run peer -- search "rust cli" --bootstrap /ip4/127.0.0.1/tcp/4001/p2p/12D3KooW…
  npm run peer -- install my-pack@^1 --to ./vendor/my-pack --bootstrap /ip4/127.0.0.1/tcp/4001/p2p/12D3KooW…
`;
