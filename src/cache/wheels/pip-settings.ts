import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/** Where pip would look for packages. */
export interface PipSettings {
  /** Addresses of package indexes, in the order in which they are asked; they may contain a user and a password. */
  readonly indexes: readonly string[];
  /** Address of the proxy of pip's own settings. */
  readonly proxy: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the package indexes and the proxy that pip would use: from variables such as `PIP_INDEX_URL`, else from its
 * configuration files, else pypi.org.
 * Source: https://pip.pypa.io/en/stable/topics/configuration/
 */
export function readPipSettings(env: Environment = process.env): PipSettings {
  const sections = configurationFiles(process.platform, env).map(readSections);
  const settings = new Map<string, string>();
  for (const name of ['global', 'download'])
    for (const section of sections)
      for (const [key, value] of section.get(name) ?? []) settings.set(key, value);
  for (const key of ['index-url', 'extra-index-url', 'proxy']) {
    const value = env[`PIP_${key.toUpperCase().replaceAll('-', '_')}`];
    if (value) settings.set(key, value);
  }
  const main = settings.get('index-url') || 'https://pypi.org/simple';
  const extra = settings.get('extra-index-url')?.split(/\s+/).filter(Boolean) ?? [];
  return { indexes: [main, ...extra], proxy: settings.get('proxy') || undefined };
}

/** Returns the paths of pip's configuration files; a later one overrides an earlier one. They need not exist. */
export function configurationFiles(platform: NodeJS.Platform, env: Environment): string[] {
  const { join, delimiter } = platform === 'win32' ? win32 : posix;
  const own = env.PIP_CONFIG_FILE;
  if (own === '/dev/null' || own?.toLowerCase() === 'nul') return [];
  const home = env.HOME || env.USERPROFILE || homedir();
  const inHome = env.XDG_CONFIG_HOME || join(home, '.config');
  const environment = env.VIRTUAL_ENV;
  const last = own ? [own] : [];
  if (platform === 'win32') {
    const roaming = env.APPDATA || join(home, 'AppData', 'Roaming');
    return [
      join(env.ProgramData || 'C:\\ProgramData', 'pip', 'pip.ini'),
      join(home, 'pip', 'pip.ini'),
      join(roaming, 'pip', 'pip.ini'),
      ...(environment ? [join(environment, 'pip.ini')] : []),
      ...last,
    ];
  }
  const isMac = platform === 'darwin';
  const shared = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(delimiter).reverse();
  return [
    ...(isMac
      ? ['/Library/Application Support/pip/pip.conf']
      : [...shared.map((folder) => join(folder, 'pip', 'pip.conf')), '/etc/pip.conf']),
    join(home, '.pip', 'pip.conf'),
    join(inHome, 'pip', 'pip.conf'),
    ...(isMac ? [join(home, 'Library', 'Application Support', 'pip', 'pip.conf')] : []),
    ...(environment ? [join(environment, 'pip.conf')] : []),
    ...last,
  ];
}

type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads a file in the format of Python's configparser: an indented line continues the value above it. A file that
 * cannot be read has no sections.
 */
function readSections(path: string): Sections {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let key = '';
  for (const line of linesOf(path)) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const header = /^\[(.+)\]/.exec(line)?.[1];
    const [, name, value = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map();
      sections.set(header, section);
    } else if (name !== undefined) {
      key = name.toLowerCase().replaceAll('_', '-');
      section.set(key, value.trim());
    } else {
      section.set(key, `${section.get(key) ?? ''} ${line.trim()}`.trim());
    }
  }
  return sections;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/);
  } catch {
    return [];
  }
}
