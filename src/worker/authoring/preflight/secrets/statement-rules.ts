import type { Finding } from './finding.ts';
import { isRealPassword } from './password-strength.ts';

interface StatementRule {
  readonly what: string;
  /** Lower case; one of them is in each text that matches. */
  readonly literals: readonly string[];
  /** Its groups `password` and, where it is known, `user`. */
  readonly pattern: RegExp;
}

const SQL = 'a password in a database statement';
const COMMAND = 'a password in a command line';
const QUOTE = String.raw`\\?["'\u2018\u2019]`;
/** A value in quotation marks, which are escaped where the statement is in a text of a program. */
const QUOTED = String.raw`[Nn]?${QUOTE}(?<password>[^"'\n\\]{8,200})${QUOTE}`;
const BARE = String.raw`["']?(?<password>[^\s"'\u0060|&;<>()]{8,200})["']?`;

const RULES: readonly StatementRule[] = [
  // MySQL, MariaDB, Oracle, ClickHouse.
  rule(
    SQL,
    ['identified'],
    String.raw`\bidentified[ \t]+(?:(?:with|via)[ \t]+[\w"'\u0060]{1,40}[ \t]+)?(?:by|as|using)[ \t]+(?:password[ \t]*\(?[ \t]*)?${QUOTED}`,
  ),
  rule(
    SQL,
    ['identified by'],
    String.raw`\bidentified by (?<password>[A-Za-z][\w$#]{7,60})(?=[ \t]*(?:;|$|\n|account|default|"))`,
  ),
  // PostgreSQL, SQL Server, Snowflake; SET PASSWORD and the replication of MySQL.
  rule(
    SQL,
    ['password'],
    String.raw`\b(?:(?:create|alter)[ \t]+(?:role|user|login|group|credential|certificate|(?:master|symmetric|asymmetric)[ \t]+key|user[ \t]+mapping|server|subscription|database)|(?:un)?encrypted|set|with|login|encryption[ \t]+by|decryption[ \t]+by|old_password|change (?:master|replication source) to)\b[^;\n]{0,200}?\bpassword(?:[ \t]+for[ \t]+[^=\n]{1,80})?[ \t]*(?:=|:=)?[ \t]*(?:password)?[ \t]*\(?[ \t]*${QUOTED}`,
  ),
  rule(SQL, ['_password', '_secret'], String.raw`\b(?:master|source)_password[ \t]*=[ \t]*${QUOTED}`),
  // MongoDB.
  rule(
    SQL,
    ['createuser', 'updateuser', 'changeuserpassword', '.auth('],
    String.raw`\b(?:createUser|updateUser)\b[^;]{0,200}?\bpwd["']?[ \t]*:[ \t]*${QUOTED}`,
  ),
  rule(
    SQL,
    ['changeuserpassword', '.auth('],
    String.raw`\.(?:changeUserPassword|auth)\([ \t]*["'](?<user>[^"'\n]{1,80})["'][ \t]*,[ \t]*${QUOTED}`,
  ),
  // Redis.
  rule(SQL, ['requirepass', 'masterauth'], String.raw`\b(?:requirepass|masterauth)[ \t]+${BARE}(?=\s|$|["'])`),
  // Variables from which programs read a password.
  rule(
    COMMAND,
    ['pwd', 'password', 'auth', 'sshpass', 'passphrase', 'passwd'],
    String.raw`(?<![\w-])(?:PGPASSWORD|MYSQL_PWD|MARIADB_PWD|REDISCLI_AUTH|SSHPASS|SQLCMDPASSWORD|LDAP_BIND_PASSWORD|LDAPPASSWORD|RESTIC_PASSWORD|BORG_PASSPHRASE|RCLONE_CONFIG_PASS|HTTP_PASSWORD|FTP_PASSWORD|DOCKER_PASSWORD|CQLSH_PASSWORD|MONGO_PASSWORD|MQTT_PASSWORD|SMB_PASSWD|PASSWD|RSYNC_PASSWORD|ANSIBLE_SSH_PASS|ANSIBLE_BECOME_PASS|SUDO_PASSWORD|VNC_PASSWORD)[ \t]?=[ \t]?${BARE}`,
  ),
  // Options that are named for what they take, of any program.
  rule(
    COMMAND,
    ['--'],
    String.raw`(?<![\w-])--[\w-]{0,40}(?:password|passwd|passphrase|passwort|pwd|-pass|--pass|requirepass|masterauth)(?:=|[ \t]+|["'],[ \t]*)${BARE}`,
  ),
  rule(
    COMMAND,
    ['--from-literal'],
    String.raw`--from-literal[= ]["']?[\w.-]{0,60}(?:pass|pwd|secret|token|key)[\w.-]{0,40}=${BARE}`,
  ),
  rule(
    COMMAND,
    ['mount', 'cifs'],
    String.raw`\b(?:mount|cifs)\b[^\n]{0,300}?[ ,](?:username|user)=(?<user>[^,\s]{1,80}),(?:[^\s]{0,100},)?pass(?:word|wd)?=(?<password>[^,\s"']{8,200})`,
  ),
  rule(
    COMMAND,
    ['sqlplus', 'sqlldr', 'expdp', 'impdp', 'rman', 'sqlcl'],
    String.raw`\b(?:sqlplus|sqlldr|sqlcl|expdp|impdp|rman)\b[^\n|;]{0,100}?[ ="'](?<user>[\w$#]{1,60})\/["']?(?<password>[^\s@\/"']{8,100})["']?(?=@|\s|$|["'])`,
  ),
  rule(
    COMMAND,
    ['htpasswd'],
    String.raw`\bhtpasswd[ \t]+(?:-\w+[ \t]+){0,4}?-\w*b\w*[ \t]+(?:-\w+[ \t]+){0,4}(?:[^\s-]\S{0,200}[ \t]+)?(?<user>\S{1,80})[ \t]+${BARE}`,
  ),
  rule(
    COMMAND,
    ['rabbitmqctl'],
    String.raw`\brabbitmqctl[ \t]+(?:add_user|change_password|authenticate_user)[ \t]+(?<user>\S{1,80})[ \t]+${BARE}`,
  ),
  rule(
    COMMAND,
    ['net user', 'net use'],
    String.raw`\bnet[ \t]+user?[ \t]+(?<user>[^\s/]\S{0,80})[ \t]+(?:\\\\\S{1,200}[ \t]+)?${BARE}`,
  ),
  rule(
    COMMAND,
    ['chpasswd'],
    String.raw`\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?["']?(?<user>[\w.-]{1,80}):(?<password>[^\s"'|]{8,200}?)(?:\\n)?["']?[ \t]*\|[ \t]*(?:sudo[ \t]+)?chpasswd`,
  ),
  rule(
    COMMAND,
    ['--password-stdin', 'sudo -', '--stdin', 'kinit', 'cryptsetup', '--with-token', '--passphrase-fd'],
    String.raw`\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?["']?(?<password>[^\s"'|]{8,200}?)(?:\\n)?["']?[ \t]*\|[ \t]*[^\n|]{0,200}(?:--password-stdin|sudo[ \t]+-\w*S|--stdin\b|\bkinit\b|\bcryptsetup\b|--with-token|--passphrase-fd)`,
  ),
  rule(COMMAND, ['/p'], String.raw`[ \t]\/(?:p|password|pass):${BARE}`),
  rule(
    'a password of a netrc entry',
    ['machine'],
    String.raw`\bmachine[ \t\n]+\S{1,200}[ \t\n]+(?:login|user)[ \t\n]+(?<user>\S{1,100})[ \t\n]+(?:account[ \t\n]+\S{1,100}[ \t\n]+)?password[ \t\n]+(?<password>[^\s"']{8,200})`,
  ),
];

/** Finds passwords in statements of databases, and in commands that take one at a certain place. */
export function findStatementSecrets(text: string): Finding[] {
  const lower = text.toLowerCase();
  return RULES.flatMap(({ what, literals, pattern }) => {
    if (!literals.some((literal) => lower.includes(literal))) return [];
    return [...text.matchAll(pattern)].flatMap(({ 0: whole, index, groups }): Finding[] => {
      const { password = '', user } = groups ?? {};
      const lineEnd = text.indexOf('\n', index + whole.length);
      const context = text.slice(index, lineEnd < 0 ? undefined : lineEnd).slice(0, whole.length + 200);
      if (!isRealPassword(password, { ...(user === undefined ? {} : { user }), context })) return [];
      const start = index + whole.lastIndexOf(password);
      return [{ start, end: start + password.length, rule: 'command', what }];
    });
  });
}

function rule(what: string, literals: readonly string[], pattern: string): StatementRule {
  return { what, literals, pattern: new RegExp(pattern, 'gi') };
}
