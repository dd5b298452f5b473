import type { Finding } from './finding.ts';

/** A secret of a service whose form is known, in addition to secretlint's rules. */
interface ServiceRule {
  readonly rule: string;
  /** Description with its article. */
  readonly what: string;
  /** Literals of which each match contains one; they are searched first, because that is fast. */
  readonly literals: readonly string[];
  /** Its first group, or the whole match, is the secret. */
  readonly pattern: RegExp;
  readonly check?: (value: string, text: string, start: number) => boolean;
}

/** Characters around a match in which its context is searched. */
const CONTEXT_LENGTH = 400;

const RULES: readonly ServiceRule[] = [
  service('azure-storage', 'an Azure storage account key', ['AccountKey='], /AccountKey=([A-Za-z0-9+/]{80,90}={0,2})/g),
  service(
    'azure-bus',
    'an Azure shared access key',
    ['SharedAccessKey='],
    /SharedAccessKey=([A-Za-z0-9+/]{42,86}={1,2})/g,
  ),
  {
    ...service(
      'azure-sas',
      'an Azure shared access signature',
      ['sig='],
      /\bsig=([A-Za-z0-9%+/_-]{40,100}(?:=|%3D)?)(?![\w%])/g,
    ),
    check: (_value, text, start) => /\b(?:sv=20\d\d-|se=20\d\d|skn=)/.test(around(text, start)),
  },
  service(
    'azure-client-secret',
    'an Azure client secret',
    ['Q~'],
    /(?<![\w~.-])([\w~.]{3}\dQ~[\w~.-]{31,34})(?![\w~.-])/g,
  ),
  service('twilio', 'a Twilio API key', ['SK'], /SK[0-9a-f]{32}(?!\w)/g),
  service('twilio', 'a Twilio auth token', ['AC'], /AC[0-9a-f]{32}["'`]?[\s,:;]{1,8}["'`]?([0-9a-f]{32})(?!\w)/g),
  {
    ...service(
      'discord',
      'a Discord bot token',
      ['.'],
      /(?<![\w.-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w.-])/g,
    ),
    // The first part is the bot's id.
    check: (value, text, start) =>
      /^\d{17,20}$/.test(Buffer.from(value.split('.', 1)[0] ?? '', 'base64').toString('latin1')) ||
      /discord|login|bot/i.test(text.slice(Math.max(0, start - 60), start)),
  },
  service(
    'discord',
    'a Discord webhook',
    ['/api/webhooks/'],
    /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/([\w-]{60,80})/g,
  ),
  service(
    'slack',
    'a Slack webhook',
    ['hooks.slack.com'],
    /hooks\.slack\.com\/(?:services|workflows)\/T\w{6,14}\/\w{6,14}\/([\w/]{20,60})/g,
  ),
  service(
    'teams',
    'a Microsoft Teams webhook',
    ['webhook.office.com'],
    /webhook\.office\.com\/webhookb2\/([\w@-]{30,100}\/IncomingWebhook\/[\w/-]{32,100})/g,
  ),
  service(
    'age',
    'an age secret key',
    ['AGE-SECRET-KEY-1'],
    /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{55,62}/g,
  ),
  service(
    'wallet',
    'an extended private key of a wallet',
    ['prv'],
    /[xyztuvYZUV]prv[1-9A-HJ-NP-Za-km-z]{100,112}(?!\w)/g,
  ),
  {
    ...service(
      'wallet',
      'a recovery phrase of a wallet',
      [
        'nemonic',
        'NEMONIC',
        'eed phrase',
        'eed_phrase',
        'eedPhrase',
        'SEED_PHRASE',
        'ecovery phrase',
        'ecovery_phrase',
        'RECOVERY_PHRASE',
      ],
      /(?:mnemonic|seed[ _-]?phrase|recovery[ _-]?phrase)["'`]?[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}["'`]?((?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![a-z])/gi,
    ),
    check: (value) => new Set(value.split(' ')).size > 8,
  },
  service('telegram', 'a Telegram bot token', [':AA'], /\d{8,10}:AA[\w-]{33}(?![\w-])/g),
  service('pypi', 'a PyPI token', ['pypi-AgE'], /pypi-AgE[\w-]{50,1000}/g),
  service('rubygems', 'a RubyGems key', ['rubygems_'], /rubygems_[0-9a-f]{48}/g),
  service('crates-io', 'a crates.io token', ['cio'], /cio[A-Za-z0-9]{32}(?!\w)/g),
  service('nuget', 'a NuGet key', ['oy2'], /oy2[a-z0-9]{43}(?!\w)/g),
  service('digitalocean', 'a DigitalOcean token', ['_v1_'], /do[oprt]_v1_[0-9a-f]{64}/g),
  service('atlassian', 'an Atlassian token', ['ATATT3'], /ATATT3[\w=-]{100,250}/g),
  service('mailgun', 'a Mailgun key', ['key-'], /key-[0-9a-f]{32}(?!\w)/g),
  service('mailchimp', 'a Mailchimp key', ['-us'], /[0-9a-f]{32}-us\d{1,2}(?!\w)/g),
  service('square', 'a Square token', ['sq0'], /sq0(?:atp|csp|idp)-[\w-]{22,43}/g),
  service('newrelic', 'a New Relic key', ['NRAK-'], /NRAK-[A-Z0-9]{27}/g),
  service('pulumi', 'a Pulumi token', ['pul-'], /pul-[0-9a-f]{40}(?!\w)/g),
  service('terraform', 'a Terraform Cloud token', ['.atlasv1.'], /[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70}/g),
  service('heroku', 'a Heroku key', ['HRKU-'], /HRKU-[\w-]{36,70}/g),
  service('fly', 'a Fly.io token', ['fo1_', 'FlyV1 '], /fo1_[\w-]{43}|FlyV1 fm\d_[\w+/=,-]{60,4000}/g),
  service('replicate', 'a Replicate token', ['r8_'], /r8_[A-Za-z0-9]{37}(?!\w)/g),
  service('sentry', 'a Sentry token', ['sntry'], /sntry[su]_[\w=+/-]{40,400}/g),
  service('planetscale', 'a PlanetScale password', ['pscale_'], /pscale_(?:tkn|pw|oauth)_[\w.=-]{32,64}/g),
  service('postman', 'a Postman key', ['PMAK-'], /PMAK-[0-9a-f]{24}-[0-9a-f]{34}/g),
  service('airtable', 'an Airtable token', ['pat'], /pat[A-Za-z0-9]{14}\.[0-9a-f]{64}(?!\w)/g),
  service('supabase', 'a Supabase key', ['sbp_', 'sb_secret_'], /(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,80})(?!\w)/g),
  service('notion', 'a Notion token', ['ntn_'], /ntn_[A-Za-z0-9]{40,60}(?!\w)/g),
  {
    ...service('notion', 'a Notion token', ['secret_'], /secret_[A-Za-z0-9]{43}(?!\w)/g),
    check: (value) => /\d/.test(value) && /[A-Z]/.test(value),
  },
  {
    ...service('dropbox', 'a Dropbox token', ['sl.'], /sl\.(?:u\.)?[\w-]{100,2000}(?![\w-])/g),
    check: (value) => /\d/.test(value) && /[A-Z]/.test(value),
  },
  service('doppler', 'a Doppler token', ['dp.'], /dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.]{40,80}/g),
  service('contentful', 'a Contentful token', ['CFPAT-'], /CFPAT-[\w-]{43}/g),
  service('google', 'a Google OAuth secret', ['GOCSPX-', 'ya29.'], /GOCSPX-[\w-]{28}|ya29\.[\w-]{50,500}/g),
  service('google', 'a Google API key', ['AIza'], /AIza[\w-]{35}(?![\w-])/g),
  service(
    'stripe',
    'a Stripe key',
    ['sk_', 'rk_', 'whsec_'],
    /(?:[sr]k_(?:live|test)_[A-Za-z0-9]{20,250}|whsec_[A-Za-z0-9+/]{32,64}=?)(?!\w)/g,
  ),
  service('dynatrace', 'a Dynatrace token', ['dt0c01.'], /dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}/g),
  service('alibaba', 'an Alibaba Cloud key', ['LTAI'], /LTAI[A-Za-z0-9]{17,21}(?!\w)/g),
  service('sendgrid', 'a SendGrid key', ['SG.'], /SG\.[\w-]{22}\.[\w-]{43}/g),
  service('gitlab', 'a GitLab token', ['glpat-'], /glpat-[\w-]{20,300}/g),
  service('npm', 'an npm token', ['npm_'], /npm_[A-Za-z0-9]{36}(?!\w)/g),
];

/** Shorter literals are in most texts. */
const MIN_RARE_LENGTH = 4;
const FREQUENT = RULES.filter(({ literals }) => literals.some(({ length }) => length < MIN_RARE_LENGTH));
const RARE = RULES.filter((rule) => !FREQUENT.includes(rule));
/** One search for all literals is many times faster than one for each. */
const RARE_LITERALS = new RegExp(
  RARE.flatMap(({ literals }) => literals)
    .map((literal) => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|'),
);

/** Finds keys and tokens of services in a part of a text. */
export function findServiceSecrets(text: string): Finding[] {
  const rules = RARE_LITERALS.test(text) ? RULES : FREQUENT;
  return rules.flatMap(({ rule, what, literals, pattern, check }) => {
    if (!literals.some((literal) => text.includes(literal))) return [];
    return [...text.matchAll(pattern)].flatMap(({ 0: whole, 1: value = whole, index }): Finding[] => {
      const start = index + whole.lastIndexOf(value);
      const isSecret = !isInsideWord(text, index) && check?.(value, text, start) !== false;
      return isSecret ? [{ start, end: start + value.length, rule, what }] : [];
    });
  });
}

/** Whether a match continues a word. A letter after a backslash, as in quoted text, is a line break or the like. */
function isInsideWord(text: string, index: number): boolean {
  return /(?:^|[^\\])\w$/.test(text.slice(Math.max(0, index - 2), index));
}

/** The text around a match. */
export function around(text: string, start: number): string {
  return text.slice(Math.max(0, start - CONTEXT_LENGTH), start + CONTEXT_LENGTH);
}

function service(rule: string, what: string, literals: readonly string[], pattern: RegExp): ServiceRule {
  return { rule, what, literals, pattern };
}
