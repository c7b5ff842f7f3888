// Questions of the set-up.

import { DEFAULT_ACCOUNT_ID, normalizeAccountId } from './accounts.js';
import type { Json } from './values.js';

const DOCS = 'https://docs.openclaw.ai';

export function formatDocsLink(path: string, label?: string): string {
  const url = /^https?:/.test(path) ? path : `${DOCS}${path.startsWith('/') ? '' : '/'}${path}`;
  return label === undefined || label === url ? url : `${label} (${url})`;
}

/** One of the known accounts, or the name of a new one. */
export async function promptAccountId(params: Json): Promise<string> {
  const { cfg, prompter, label, currentId, listAccountIds, defaultAccountId = DEFAULT_ACCOUNT_ID } = params;
  const known: string[] = listAccountIds(cfg);
  const options = [...known.map((id) => ({ value: id, label: id === DEFAULT_ACCOUNT_ID ? 'default (primary)' : id })), { value: '', label: 'Add a new account' }];
  const chosen: string = await prompter.select({ message: `${label} account`, options, initialValue: currentId ?? defaultAccountId });
  return chosen !== '' ? normalizeAccountId(chosen)
    : normalizeAccountId(await prompter.text({ message: `New ${label} account id`, validate: (value: string) => (value?.trim() ? undefined : 'Required') }));
}
