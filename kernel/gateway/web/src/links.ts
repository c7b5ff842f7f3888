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

const kFileEndings = /\.(?:c|cc|cpp|css|h|hpp|html|js|json|md|mjs|py|rs|sh|toml|ts|tsx|txt|xml|yaml|yml)$/i;

/**
 * The host of `href` where `text` looks like an address of another one, else ''. Letters that only look alike count as
 * another: `href` is normalised, and names such a host in its ASCII form.
 */
export function hostBehind(text: string, href: string): string {
  const bareText = text.replace(/[*_`~\\\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '').trim();
  const shown = /^(https?:\/\/)?([^\s/?#@:]+\.[^\s/?#@:]+)(?=$|[/?#:@])/i.exec(bareText);
  if (!shown?.[2] || !href.startsWith('http') || (!shown[1] && kFileEndings.test(bareText))) return '';
  const bare = (host: string): string => host.toLowerCase().replace(/^www\./, '');
  const {host, hostname} = new URL(href);
  return bare(shown[2]) === bare(hostname) ? '' : host;
}
