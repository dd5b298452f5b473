import type { Finding } from './finding.ts';

/** A password in a list of settings that semicolons separate, as ADO.NET, ODBC and OLE DB write connections. */
const PASSWORD_SETTING = /(?:password|pwd)[ \t]{0,4}=[ \t]{0,4}(\{[^{}\n]{3,200}\}|[^;"'`\s<>]{3,200})(?=[;"'`\s]|$)/gi;
/** Another setting of the same list, without which the text is no connection. */
const CONNECTION_SETTING =
  /(?:^|[;"'`\s])(?:server|data source|host|addr|address|network address|driver|dsn|initial catalog|database|user id|userid|uid|user|username|port)[ \t]{0,4}=[^;\n]{1,200}(?:;|$)/i;
/** An expression of a program: a property or a call. */
const CODE = /^[a-z_$][\w$]*(?:\??\.[a-z_$][\w$]*)+$|^[\w$.]+\(|^(?:null|none|undefined|true|false|this)$/i;
/** Characters of the same list examined on each side. */
const LIST_LENGTH = 500;

/** A password in the parameters of a JDBC URL. */
const JDBC_PARAMETER = /jdbc:[a-z0-9:]{2,40}[^\s"'`<>]{0,300}?[?&;]password=([^&;\s"'`<>]{3,200})/gi;
/** Oracle's `jdbc:oracle:thin:user/password@host`. */
const JDBC_ORACLE = /jdbc:oracle:(?:thin|oci8?):[\w$#.-]{1,60}\/([^@\s"'`<>]{3,100})@/gi;
/** A URL with a password (RFC 3986, userinfo). */
const URL_PASSWORD = /:\/\/([^\s:/@"'`<>(){}\\]{0,100}):([^\s@/"'`<>\\]{3,200})@([\w.-]{1,200})/gi;

/** Not a password, but where one is to be put, or what a program reads. */
export const REFERENCE =
  /^(?:[<$%[*]|\{\{|\{[^}]*$)|\$\{|\$\(|\{\{|%\(|%s|\*{3}|^x{3,}$|^\.{3}$|^\{[\w.]+\}$|process\.env|os\.environ/i;
/** Passwords of examples and of databases on one's own machine. */
export const TRIVIAL =
  /^(?:pass(?:word|wd)?\d{0,4}|my[-_]?(?:pass(?:word)?|secret)|your[-_]?\w*|secret|admin|root|user(?:name)?|test(?:ing)?|guest|example|postgres(?:ql)?|mysql|mongo|redis|rabbitmq|sa|changeme|change[-_]me|foo|bar|baz|pw|pwd|dev|local|demo|sample|hunter2?|token|123456?7?8?9?|abc123|\w*(?:example|placeholder|changeme|dummy)\w*)$/i;
/** Hosts of this machine, and those that RFC 2606 reserves for examples. */
export const EXAMPLE_HOST =
  /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|host(?:name)?|server|(?:[\w-]+\.)*example(?:\.(?:com|org|net))?|[\w.-]+\.(?:test|invalid|example|localhost))$/i;

/** A user or password that is to be filled in. */
const TEMPLATE_USERINFO = /:\/\/[^@\s]{0,200}(?:[<{$*]|\.\.\.)[^@\s]{0,200}@/;

/** Finds passwords in connection strings. */
export function findConnectionSecrets(text: string): Finding[] {
  return [...settingSecrets(text), ...jdbcSecrets(text), ...urlSecrets(text)];
}

function settingSecrets(text: string): Finding[] {
  if (!text.includes(';')) return [];
  return [...text.matchAll(PASSWORD_SETTING)].flatMap(({ 0: whole, 1: value = '', index }) => {
    if (CODE.test(value) || !/(?:^|[;"'`\n])[ \t]*$/.test(text.slice(Math.max(0, index - 20), index))) return [];
    const before = text.slice(Math.max(0, index - LIST_LENGTH), index);
    const after = text.slice(index + whole.length, index + whole.length + LIST_LENGTH);
    const list = `${before.slice(before.lastIndexOf('\n') + 1)};${after.split('\n', 1)[0] ?? ''}`;
    if (!list.slice(0, -1).includes(';') || !CONNECTION_SETTING.test(list)) return [];
    const host = /(?:server|data source|host)[ \t]*=[ \t]*(?:tcp:)?([\w.-]+)/i.exec(list)?.[1] ?? '';
    const start = index + whole.lastIndexOf(value);
    return passwordFinding(start, value.replace(/^\{(.*)\}$/, '$1'), { host, length: value.length });
  });
}

function jdbcSecrets(text: string): Finding[] {
  if (!text.includes('jdbc:')) return [];
  return [JDBC_PARAMETER, JDBC_ORACLE].flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(({ 0: whole, 1: value = '', index }) => {
      const host = /\/\/([\w.-]+)/.exec(whole)?.[1] ?? '';
      return passwordFinding(index + whole.lastIndexOf(value), value, { host });
    }),
  );
}

function urlSecrets(text: string): Finding[] {
  if (!text.includes('://')) return [];
  return [...text.matchAll(URL_PASSWORD)].flatMap(({ 0: whole, 1: user = '', 2: value = '', 3: host = '', index }) => {
    const start = index + whole.length - host.length - 1 - value.length;
    return passwordFinding(start, value, { host, user });
  });
}

/**
 * Whether a URL with a password is one of an example: of this machine, or with a password that is widely known. URLs
 * without a password are none.
 */
export function isExampleConnection(url: string): boolean {
  if (TEMPLATE_USERINFO.test(url)) return true;
  const [, user = '', value, host = ''] = new RegExp(URL_PASSWORD.source, 'i').exec(url) ?? [];
  return value !== undefined && (REFERENCE.test(value) || isTrivial(value, { host, user }));
}

interface Connection {
  readonly host: string;
  readonly user?: string;
  readonly length?: number;
}

function passwordFinding(start: number, value: string, connection: Connection): Finding[] {
  // A password that is widely known on a host of an example is documentation.
  if (REFERENCE.test(value) || (TRIVIAL.test(value) && EXAMPLE_HOST.test(connection.host))) return [];
  const finding = {
    start,
    end: start + (connection.length ?? value.length),
    rule: 'connection',
    what: 'a connection string with a password',
  };
  return [isTrivial(value, connection) ? { ...finding, harmless: 'placeholder' } : finding];
}

function isTrivial(value: string, { host, user = '' }: Connection): boolean {
  return TRIVIAL.test(value) || EXAMPLE_HOST.test(host) || (user !== '' && value.toLowerCase() === user.toLowerCase());
}
