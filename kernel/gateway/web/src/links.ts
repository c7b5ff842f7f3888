// Which addresses a conversation may lead to. Everything that is not named here stays plain text.

const kAllowedSchemes = new Set(['http:', 'https:', 'mailto:']);

/** The normalised address, or null. Relative addresses are refused too: they would lead into the gateway's own routes. */
export function safeLink(href: string): string | null {
  try {
    const url = new URL(href.trim());
    if (!kAllowedSchemes.has(url.protocol)) return null;
    if (url.protocol !== 'mailto:' && (url.username || url.password)) return null; // https://bank.example@evil.example
    return url.href;
  } catch {
    return null;
  }
}
