import { generateKeyPairSync } from 'node:crypto';
import { COMMANDS, HARMLESS_COMMANDS, NO_PASSWORDS } from './corpus-commands.ts';
import { seededRandom } from '../../../seeded-random.ts';

/** One text that publishers have in their projects, made up. */
export interface Sample {
  readonly what: string;
  /** `src/config.ts` when left out. */
  readonly path?: string;
  readonly text: string;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const HEX = '0123456789abcdef';
const LETTERS = LOWER + LOWER.toUpperCase();
const ALNUM = LETTERS + DIGITS;
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BASE64 = `${ALNUM}+/`;
const URL_SAFE = `${ALNUM}-_`;

const random = seededRandom(20_260_101);

/** Random characters, so that no secret is written in this file. */
function chars(length: number, alphabet = ALNUM): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
}

/** A password as a generator makes it. */
function password(): string {
  return `${chars(4, LETTERS)}7${chars(5)}-${chars(4)}`;
}

const PRIVATE = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PUBLIC = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

function jwt(payload: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'HS256', typ: 'JWT' }), part(payload), chars(43, URL_SAFE)].join('.');
}

function discordToken(): string {
  const id = Buffer.from(`9${chars(17, DIGITS)}`)
    .toString('base64')
    .replace(/=+$/, '');
  return [id, chars(6, URL_SAFE), chars(38, URL_SAFE)].join('.');
}

const WORDS = 'gravity ostrich lamp puzzle river window casual mirror throne velvet orbit walnut'.split(' ');
const BECH32 = 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L';

/** Secrets: each must block publishing. */
export const POSITIVES: readonly Sample[] = [
  {
    what: 'ADO.NET',
    text: `"Server=tcp:sql.corp.net,1433;Database=shop;User ID=app;Password=${password()};Encrypt=True;"`,
  },
  {
    what: 'appsettings.json',
    path: 'appsettings.json',
    text: `{"ConnectionStrings":{"Main":"Data Source=db1.corp.net;Initial Catalog=crm;User Id=svc;Pwd=${password()}"}}`,
  },
  {
    what: 'web.config',
    path: 'web.config',
    text: `<add connectionString="Server=db;Uid=app;Pwd=${password()};Database=x" />`,
  },
  {
    what: 'words as a password in ADO.NET',
    text: 'var c = "Server=db.corp.net;Database=x;User Id=sa;Password=correcthorsebattery;";',
  },
  {
    what: 'ODBC',
    text: `conn = pyodbc.connect('DRIVER={ODBC Driver 18 for SQL Server};SERVER=db7.corp.net;DATABASE=x;UID=app;PWD={${password()}}')`,
  },
  { what: 'ODBC with a DSN', text: `DSN=warehouse;UID=loader;PWD=${password()};` },
  { what: 'Npgsql', text: `"Host=pg.corp.net;Port=5432;Username=app;Password=${password()};Database=app"` },
  {
    what: 'JDBC parameter',
    path: 'application.properties',
    text: `spring.datasource.url=jdbc:mysql://db.corp.net:3306/app?user=app&password=${password()}\n`,
  },
  {
    what: 'JDBC for SQL Server',
    text: `"jdbc:sqlserver://db.corp.net:1433;databaseName=x;user=app;password=${password()};encrypt=true"`,
  },
  { what: 'JDBC for Oracle', text: `url: jdbc:oracle:thin:scott/${password()}@//db.corp.net:1521/xe\n` },
  { what: 'PostgreSQL URL', text: `postgres://app:${password()}@db.corp.net:5432/app` },
  { what: 'SQLAlchemy URL', text: `engine = create_engine("postgresql+psycopg2://app:${password()}@pg.corp.net/app")` },
  { what: 'MySQL URL', text: `mysql://root:${password()}@10.0.4.7/x` },
  { what: 'MongoDB URL', text: `mongodb+srv://app:${password()}@cluster0.ab1cd.mongodb.net/app` },
  { what: 'Redis URL without a user', text: `REDIS = 'redis://:${password()}@cache.corp.net:6379/0'` },
  { what: 'AMQP URL', text: `amqps://app:${password()}@mq.corp.net/v` },
  { what: 'FTP URL', text: `ftp://deploy:${password()}@files.corp.net/www` },
  { what: 'proxy URL', text: `proxy = http://jane:${password()}@proxy.corp.net:8080\n` },
  { what: 'git URL with a token', text: `url = https://x-token:${chars(24)}@git.corp.net/a/b.git` },
  {
    what: 'Azure storage',
    text: `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${chars(86, BASE64)}==;EndpointSuffix=core.windows.net`,
  },
  {
    what: 'Azure Service Bus',
    text: `Endpoint=sb://q.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${chars(43, BASE64)}=`,
  },
  {
    what: 'Azure SAS',
    text: `https://shop.blob.core.windows.net/c/f?sv=2023-01-03&se=2030-01-01&sr=b&sp=r&sig=${chars(43)}%3D`,
  },
  { what: 'Azure storage in a setting', path: 'deploy.sh', text: `AZURE_STORAGE_KEY=${chars(86, BASE64)}==\n` },
  { what: 'Azure client secret', text: `clientSecret = "${chars(3)}8Q~${chars(34, `${ALNUM}-_.`)}"` },
  { what: 'Twilio key', text: `const key = 'SK${chars(32, HEX)}';` },
  { what: 'Twilio client', text: `twilio('AC${chars(32, HEX)}', '${chars(32, HEX)}')` },
  { what: 'Discord bot', text: `client.login('${discordToken()}')` },
  { what: 'Discord webhook', text: `https://discord.com/api/webhooks/1${chars(17, DIGITS)}/${chars(68, URL_SAFE)}` },
  { what: 'Slack webhook', text: `https://hooks.slack.com/services/T${chars(9)}/B${chars(9)}/${chars(24)}` },
  { what: 'Slack bot', text: `token = "${['xoxb', chars(12, DIGITS), chars(13, DIGITS), chars(24)].join('-')}"` },
  { what: 'Telegram bot', text: `bot = Bot("7${chars(9, DIGITS)}:AA${chars(33, URL_SAFE)}")` },
  { what: 'age', path: 'keys.txt', text: `# created\nAGE-SECRET-KEY-1${chars(58, BECH32)}\n` },
  { what: 'xprv', text: `const root = "xprv${chars(107, BASE58)}";` },
  { what: 'zprv in JSON', path: 'wallet.json', text: `{"master":"zprv${chars(107, BASE58)}"}` },
  { what: 'recovery phrase', text: `mnemonic: "${WORDS.join(' ')}"` },
  { what: 'GitHub', text: `const t = "ghp_${chars(36)}"` },
  { what: 'GitHub, fine-grained', text: `github_pat_${chars(22)}_${chars(59)}` },
  { what: 'GitLab', text: `GITLAB = "glpat-${chars(20, URL_SAFE)}"` },
  { what: 'AWS key id', text: `aws_access_key_id = AKIA${chars(16, 'ABCDEFGHJKLMNPQRSTUVWXYZ234567')}\n` },
  { what: 'AWS secret', text: `AWS_SECRET_ACCESS_KEY=${chars(40, BASE64)}\n` },
  { what: 'Google API key', text: `maps.key = "AIza${chars(35, URL_SAFE)}"` },
  { what: 'Google OAuth', text: `client_secret: GOCSPX-${chars(28, URL_SAFE)}\n` },
  { what: 'Stripe', text: `stripe.api_key = "sk_live_${chars(24)}"` },
  { what: 'Stripe webhook', text: `endpoint('whsec_${chars(32)}')` },
  { what: 'SendGrid', text: `SG.${chars(22, URL_SAFE)}.${chars(43, URL_SAFE)}` },
  { what: 'npm', text: `npm_${chars(36)}` },
  { what: 'PyPI', text: `password = pypi-AgEIcHlwaS5vcmc${chars(80, URL_SAFE)}\n` },
  { what: 'RubyGems', text: `:rubygems_api_key: rubygems_${chars(48, HEX)}\n` },
  { what: 'crates.io', text: `token = "cio${chars(32)}"` },
  { what: 'DigitalOcean', text: `dop_v1_${chars(64, HEX)}` },
  { what: 'Mailgun', text: `mg = 'key-${chars(32, HEX)}'` },
  { what: 'Terraform Cloud', text: `token = "${chars(14)}.atlasv1.${chars(64, URL_SAFE)}"` },
  {
    what: 'Supabase, service role',
    text: `createClient(url, '${jwt({ role: 'service_role', iss: 'supabase', ref: 'x' })}')`,
  },
  { what: 'JWT', text: `cookie = "${jwt({ sub: '88471', name: 'Jane' })}"` },
  { what: 'private key', text: PRIVATE },
  { what: 'private key in a JSON string', path: 'service.json', text: JSON.stringify({ private_key: PRIVATE }) },
  { what: 'private key in base64', path: 'secret.yaml', text: `tls.key: ${Buffer.from(PRIVATE).toString('base64')}\n` },
  { what: 'named password', text: `db_password = "${password()}"` },
  { what: 'named key, hexadecimal', text: `signing_key: '${chars(64, HEX)}'` },
  { what: 'setting', path: 'deploy.sh', text: `export API_TOKEN=${chars(32)}\n` },
  { what: 'Bearer header', path: 'run.http', text: `Authorization: Bearer ${chars(40)}\n` },
  { what: 'URL parameter', text: `fetch("https://api.corp.net/v1?api_key=${chars(32)}&x=1")` },
  {
    what: 'Docker login',
    path: 'config.json',
    text: `{"auths":{"r.corp.net":{"auth":"${Buffer.from(`ci:${password()}`).toString('base64')}"}}}`,
  },
  { what: 'settings file', path: '.env', text: 'A=1\n' },
  ...COMMANDS.flatMap((command) =>
    [password(), `Tr0ub4dor-${chars(3)}xQz!9LmWp`, chars(24)].map((value, at) => ({
      what: `${command} (${at + 1})`,
      path: 'deploy.sh',
      text: `# deploy\n${command.replace('§', () => value)}\n`,
    })),
  ),
  { what: 'netrc without a dot', path: 'netrc', text: 'machine api.corp.net login u password short\n' },
  { what: 'netrc of Windows', path: '_netrc', text: 'machine api.corp.net login u password short\n' },
  { what: 'Notion', text: `notion = Client(auth="ntn_${chars(46)}")` },
  { what: 'Notion, old form', text: `notion = Client(auth="secret_A1${chars(41)}")` },
  { what: 'Dropbox', text: `dropbox.Dropbox("sl.B1${chars(133, URL_SAFE)}")` },
  { what: 'npm login', path: '.npmrc', text: `//registry.corp.net/:_authToken=${chars(36)}\n` },
];

const FIREBASE = `const firebaseConfig = { apiKey: "AIza${chars(35, URL_SAFE)}", authDomain: "shop.firebaseapp.com", projectId: "shop" };`;

/** What only looks like a secret, or is meant to be public: none may block publishing. */
export const NEGATIVES: readonly Sample[] = [
  { what: 'PostHog', text: `posthog.init('phc_${chars(43)}', { api_host: 'https://eu.posthog.com' })` },
  {
    what: 'Algolia search',
    path: 'docusaurus.config.js',
    text: `algolia: { appId: 'R2IYF7ETH7', apiKey: '${chars(32, HEX)}', indexName: 'docs' }`,
  },
  { what: 'DocSearch', text: `docsearch({ apiKey: "${chars(32, HEX)}", indexName: "docs", inputSelector: "#q" })` },
  { what: 'Firebase web', text: FIREBASE },
  { what: 'Firebase web, the key only', text: `apiKey: "AIzaSy${chars(33, URL_SAFE)}"` },
  ...COMMANDS.flatMap((command) =>
    NO_PASSWORDS.map((value) => ({
      what: `${command} with ${value}`,
      path: 'docs/login.md',
      text: command.replace('§', () => value),
    })),
  ),
  ...HARMLESS_COMMANDS.map((text) => ({ what: text, path: 'docs/login.md', text })),
  { what: 'a file called netrc', path: 'netrc', text: 'package netrc // reads machine entries\n' },
  { what: 'Stripe publishable', text: `loadStripe("pk_live_${chars(24)}")` },
  { what: 'Stripe publishable, test', text: `STRIPE_KEY = 'pk_test_${chars(24)}'` },
  {
    what: 'Mapbox public',
    text: `mapboxgl.accessToken = 'pk.${Buffer.from('{"u":"shop","a":"cl1"}').toString('base64url')}.${chars(22, URL_SAFE)}';`,
  },
  { what: 'Supabase, anonymous', text: `createClient(url, '${jwt({ role: 'anon', iss: 'supabase', ref: 'x' })}')` },
  { what: 'variable of a web page', text: `NEXT_PUBLIC_ANALYTICS_TOKEN="${chars(32)}"\n` },
  { what: 'reCAPTCHA site key', text: `const siteKey = "6L${chars(38, URL_SAFE)}";` },
  { what: 'Sentry DSN', text: `Sentry.init({ dsn: "https://${chars(32, HEX)}@o447951.ingest.sentry.io/5429219" })` },
  { what: 'public key', path: 'key.pem', text: PUBLIC },
  { what: 'SSH public key', text: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${chars(48, BASE64)} jane@corp` },
  { what: 'age recipient', text: `age1${chars(58, BECH32.toLowerCase())}` },
  { what: 'xpub', text: `const account = "xpub${chars(107, BASE58)}";` },
  { what: 'certificate pin', text: `pin-sha256="${chars(43, BASE64)}="` },
  { what: 'subresource integrity', text: `<script integrity="sha384-${chars(64, BASE64)}"></script>` },
  { what: 'lock file', path: 'package-lock.json', text: `"integrity": "sha512-${chars(86, BASE64)}=="` },
  { what: 'Cargo.lock', path: 'Cargo.lock', text: `checksum = "${chars(64, HEX)}"` },
  { what: 'go.sum', path: 'go.sum', text: `golang.org/x/net v0.1.0 h1:${chars(43, BASE64)}=\n` },
  { what: 'commit', text: `const commit = "${chars(40, HEX)}";` },
  { what: 'Docker digest', text: `image: node@sha256:${chars(64, HEX)}\n` },
  { what: 'UUID', text: 'const id = "7b0a4f6e-2d3c-4b5a-9e8f-1a2b3c4d5e6f";' },
  { what: 'hash in code', text: `const digest = "${chars(43, BASE64)}=";` },
  { what: 'image', text: `url("data:image/png;base64,${chars(400, BASE64)}")` },
  { what: 'IPFS', text: 'const cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";' },
  { what: 'peer', text: `/ip4/1.2.3.4/tcp/4001/p2p/12D3KooW${chars(44, BASE58)}` },
  { what: 'test with a token', path: 'test/api.test.ts', text: `const token = "ghp_${chars(36)}";` },
  { what: 'test of Go', path: 'pkg/client_test.go', text: `token := "${chars(32)}"` },
  { what: 'test of Python', path: 'pkg/test_client.py', text: `PASSWORD = "${password()}"` },
  { what: 'test of Java', path: 'src/main/ClientTest.java', text: `String secret = "${chars(32)}";` },
  { what: 'fixture', path: 'spec/fixtures/key.txt', text: PRIVATE },
  { what: 'certificate of tests', path: 'testdata/server.key', text: PRIVATE },
  { what: 'settings of tests', path: 'test/fixtures/.env', text: 'A=1\n' },
  { what: 'example', path: 'examples/basic/main.py', text: `client = Client(api_key="${chars(32)}")` },
  { what: 'story', path: 'src/login.stories.tsx', text: `<Login password="${password()}" />` },
  { what: 'snapshot', path: 'src/__snapshots__/a.snap', text: `token: "${chars(40)}"` },
  { what: 'template of settings', path: '.env.example', text: `API_TOKEN=${chars(32)}\n` },
  { what: 'AWS documentation', text: `aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n` },
  { what: 'placeholder of GitHub', text: `export GITHUB_TOKEN=ghp_${'x'.repeat(36)}\n` },
  { what: 'placeholder of Stripe', text: `sk_test_${'1234567890'.repeat(3)}` },
  { what: 'placeholder in angle brackets', text: 'Authorization: Bearer <YOUR_ACCESS_TOKEN_123456>\n' },
  { what: 'shell variable', text: 'curl -H "Authorization: Bearer ${API_TOKEN_2}" https://x.corp.net\n' },
  {
    what: 'database of a developer',
    path: 'compose.yml',
    text: 'DATABASE_URL: postgres://postgres:postgres@localhost:5432/app\n',
  },
  { what: 'URL of documentation', text: 'See https://user:password@example.com/path for the form.' },
  { what: 'URL with a template', text: 'url = `postgres://${user}:${password}@${host}/app`' },
  { what: 'URL with placeholders', text: 'mongodb+srv://<username>:<password>@cluster0.mongodb.net/' },
  { what: 'connection with a variable', text: 'var c = $"Server=db;Database=x;User Id=app;Password={password};";' },
  { what: 'connection of the environment', text: '"Server=db;Database=x;User Id=app;Password=${DB_PASSWORD};"' },
  { what: 'connection with Windows login', text: '"Server=db;Database=x;Integrated Security=True;"' },
  {
    what: 'code with a password',
    text: 'const user = options.user; const password = options.password; const host = options.host;',
  },
  { what: 'minified code', text: 'a.username=b.username;a.password=b.password;a.host=b.host;c(a)' },
  { what: 'JDBC without a password', text: 'jdbc:postgresql://db.corp.net/app?user=app&ssl=true' },
  { what: 'form', text: '<input name="password" type="password" placeholder="Password1234">' },
  { what: 'label', text: 'const passwordLabel = "settings.account.password2.label";' },
  { what: 'translation', path: 'locales/de.json', text: '{"token":"Zugangstoken eingeben (Schritt 2)"}' },
  { what: 'CSS class', text: 'className="token-keyword2 hover:bg-slate-100"' },
  { what: 'pattern', text: 'const TOKEN = /^ghp_[A-Za-z0-9]{36}$/;' },
  { what: 'alphabet', text: `const ALPHABET = "${['ABCDEFGHIJKLMNOPQRSTUVWXYZ', LOWER, DIGITS].join('')}";` },
  { what: 'camel case', text: 'call("convertBase64ToUint8ArrayUsingBufferAndBack")' },
  { what: 'version', text: 'const tokenizer = "tokenizer@1.2.3-beta.4";' },
  { what: 'phrase', text: 'the mnemonic phrase is a list of words that you write down' },
  { what: 'discord link', text: 'https://discord.gg/abcdefg and https://discord.com/channels/123456789012345678/1' },
  {
    what: 'Azure on a developer machine',
    text: `AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/${chars(31)}==;`,
  },
  {
    what: 'public JSON Web Key',
    text: `{"kty":"EC","crv":"P-256","x":"${chars(43, URL_SAFE)}","y":"${chars(43, URL_SAFE)}"}`,
  },
  {
    what: 'encoded text',
    text: `parse("${Buffer.from('{"Name":"A Person","Role":"Reader","Level":12345}').toString('base64')}")`,
  },
  { what: 'multibase', text: `CID.parse('mAXASI${chars(43, BASE64)}')` },
  { what: 'account id', text: `const sid = "AC${chars(32, HEX)}";` },
];
