/** A sentence for people, in each language that Timonel speaks. */
export interface Text {
  readonly en: string;
  readonly es: string;
}

export type Language = keyof Text;

/** The user's language by `LC_ALL`, `LC_MESSAGES` and `LANG`, as POSIX orders them; English where it is not ours. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return locale.toLowerCase().startsWith('es') ? 'es' : 'en';
}
