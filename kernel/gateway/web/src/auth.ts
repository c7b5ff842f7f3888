// The gateway's token: where it is kept, and how it travels. Kept for the tab, or for good when the person asks for it.

const kTabKey = 'openclaw_token_session';
const kRememberedKey = 'openclaw_token';

function read(storage: () => Storage, key: string): string {
  try {
    return storage().getItem(key) ?? '';
  } catch {
    return ''; // storage may be forbidden
  }
}

function write(storage: () => Storage, key: string, value: string): void {
  try {
    if (value) storage().setItem(key, value);
    else storage().removeItem(key);
  } catch {
    // the token then lives as long as the page
  }
}

let current = read(() => sessionStorage, kTabKey) || read(() => localStorage, kRememberedKey);

export function token(): string {
  return current;
}

export function isRemembered(): boolean {
  return read(() => localStorage, kRememberedKey) !== '';
}

export function keepToken(value: string, remember: boolean): void {
  current = value;
  write(() => sessionStorage, kTabKey, value);
  write(() => localStorage, kRememberedKey, remember ? value : '');
}

export function forgetToken(): void {
  keepToken('', false);
}

/** A browser cannot set headers on a WebSocket; the token travels as a subprotocol, never in an address. */
export function subprotocols(value: string): string[] {
  if (!value) return [];
  const bytes = new TextEncoder().encode(value);
  const base64 = btoa(String.fromCharCode(...bytes));
  return ['chela.v1', `chela.token.${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`];
}
