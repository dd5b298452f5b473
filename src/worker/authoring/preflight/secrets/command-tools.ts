/** How a program takes a password on its command line. */
export interface CommandTool {
  readonly names: string;
  /** Options, each with what separates the user from the password in its value; empty when there is no user. */
  readonly options: Readonly<Record<string, string>>;
  /** The value is part of the same word: a space ends it. */
  readonly onlyAttached?: true;
  /** Options of one letter may be written together, with the one that has a value at the end. */
  readonly bundles?: true;
  /** The options mean this only after a word such as `login`. */
  readonly after?: RegExp;
}

const P = { '-p': '', '--password': '', '--pass': '' };
const CAPITAL_P = { '-P': '', '--pw': '', '--password': '' };

/** Programs whose options are not named for what they take; `--password` is found for all programs. */
export const COMMAND_TOOLS: readonly CommandTool[] = [
  {
    names: 'curl curlie',
    options: { '-u': ':', '--user': ':', '-U': ':', '--proxy-user': ':', '--pass': '', '--oauth2-bearer': '' },
    bundles: true,
  },
  { names: 'http https xh xhs', options: { '-a': ':', '--auth': ':' } },
  { names: 'ab siege', options: { '-A': ':', '-P': ':' } },
  {
    names:
      'mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlpump mysqlsh mysqlslap mysqlbinlog ' +
      'mysql_upgrade mariadb mariadb-dump mariadb-admin mariadb-import mariadb-show mariadb-check mariadb-backup ' +
      'mariadb-binlog mariabackup xtrabackup innobackupex 7z 7za 7zr 7zz unrar rar',
    options: { '-p': '', '-hp': '' },
    onlyAttached: true,
  },
  {
    names:
      'mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop mongofiles mycli mydumper ' +
      'myloader sshpass cqlsh influx rdesktop rabbitmqadmin ncftp ncftpget ncftpput psexec PsExec64 wbadmin ' +
      'elasticsearch-users impala-shell beeline vsql iscsiadm',
    options: { ...P, '-password': '' },
  },
  { names: 'nodetool plink pscp psftp putty kitty', options: { '-pw': '' } },
  {
    names: 'docker podman nerdctl buildah skopeo helm crane oras regctl cosign oc az cf ibmcloud aliyun ctr gcrane',
    options: P,
    after: /^(?:login|auth)$/,
  },
  {
    names: 'docker podman nerdctl buildah skopeo ctr',
    options: { '--creds': ':', '--src-creds': ':', '--dest-creds': ':', '--user': ':' },
    after: /^(?:login|copy|pull|push|pull|inspect|image|images|delete)$/,
  },
  { names: 'redis-cli valkey-cli keydb-cli redis-benchmark', options: { '-a': '', '--pass': '' } },
  {
    names: 'ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldapcompare ldapmodrdn ldapexop',
    options: { '-w': '' },
    bundles: true,
  },
  { names: 'ldappasswd', options: { '-w': '', '-s': '', '-a': '' } },
  { names: 'sqlcmd bcp osql isql tsql sqsh mssql-cli ipmitool', options: CAPITAL_P },
  { names: 'mosquitto_pub mosquitto_sub mosquitto_rr zip unzip zipcloak', options: CAPITAL_P, bundles: true },
  { names: 'snmpget snmpset snmpwalk snmpbulkwalk snmptrap', options: { '-A': '', '-X': '' } },
  {
    names: 'openssl',
    options: { '-passin': 'pass:', '-passout': 'pass:', '-pass': 'pass:', '-password': 'pass:', '-k': '' },
  },
  {
    names: 'keytool jarsigner',
    options: {
      '-storepass': '',
      '-keypass': '',
      '-new': '',
      '-srcstorepass': '',
      '-srckeypass': '',
      '-deststorepass': '',
      '-destkeypass': '',
    },
  },
  { names: 'apksigner', options: { '--ks-pass': 'pass:', '--key-pass': 'pass:' } },
  { names: 'ssh-keygen', options: { '-N': '', '-P': '' } },
  { names: 'smbclient rpcclient smbget net smbcacls', options: { '-U': '%', '--user': '%' } },
  { names: 'lftp', options: { '-u': ',', '--user': ',' } },
  { names: 'xfreerdp xfreerdp3 wfreerdp mstsc', options: { '/p': '' } },
  { names: 'nmcli mysqladmin', options: { password: '' } },
];
