// runtime.channel.pairing: strangers that ask to be let in, and those who were, in the files of the state directory that upstream has, too.

import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Plugin } from '../../plugin/plugin.js';
import { isObject, stringOf, type Json } from '../../json.js';
import { fileName, readDocument, stateDirectoryOf, writeDocument } from './store.js';

const CODE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 8;
const PENDING_MAX = 3;
const PENDING_MS = 3_600_000;

interface Request extends Json {
  id: string;
  code: string;
  createdAt: string;
  accountId: string;
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map((entry) => String(entry).trim()).filter((entry) => entry !== '') : []);
const makeCode = (): string => Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join('');

export function pairingRuntime(plugin: Plugin): Json {
  const folder = () => join(stateDirectoryOf(plugin), 'credentials');
  const allowPath = (channel: unknown, account: unknown) => join(folder(), `${fileName(channel)}-${fileName(stringOf(account) ?? 'default')}-allowFrom.json`);
  const pendingPath = (channel: unknown) => join(folder(), `${fileName(channel)}-pairing.json`);

  const named = (params: unknown, account?: unknown): { channel: unknown; accountId: unknown } =>
    (isObject(params) ? { channel: params.channel, accountId: params.accountId } : { channel: params, accountId: account });

  const readAllowFromStore = async (params: unknown, _env?: unknown, account?: unknown) => {
    const { channel, accountId } = named(params, account);
    return strings(readDocument(allowPath(channel, accountId)).allowFrom);
  };
  return {
    readAllowFromStore,
    buildPairingReply: ({ channel, idLine, code }: Json) => ['This gateway does not know you yet.', String(idLine ?? ''), `Pairing code: ${code}`,
      `Show it to its owner, who lets you in by the setting allowFrom of channels.${channel}.`].filter((line) => line !== '').join('\n\n'),
    removeAllowFromStoreEntry: async ({ channel, accountId, entry }: Json) => {
      const before = await readAllowFromStore({ channel, accountId });
      const allowFrom = before.filter((known) => known !== String(entry).trim());
      if (allowFrom.length !== before.length) writeDocument(allowPath(channel, accountId), { version: 1, allowFrom });
      return { changed: allowFrom.length !== before.length, allowFrom };
    },
    upsertPairingRequest: async ({ channel, id, accountId, meta }: Json) => {
      const path = pendingPath(channel);
      const now = Date.now();
      const known = readDocument(path).requests;
      const requests = (Array.isArray(known) ? (known as Request[]) : []).filter((found) => isObject(found) && now - Date.parse(found.createdAt) < PENDING_MS);
      const account = stringOf(accountId) ?? 'default';
      const same = requests.find((found) => found.id === String(id) && found.accountId === account);
      if (same !== undefined) return { code: same.code, created: false };
      if (requests.filter((found) => found.accountId === account).length >= PENDING_MAX) return { code: '', created: false };
      const code = makeCode();
      requests.push({ id: String(id), code, createdAt: new Date(now).toISOString(), accountId: account, ...(isObject(meta) && { meta }) });
      writeDocument(path, { version: 1, requests });
      plugin.log('info', `${channel}: ${id} asks to be let in, code ${code}`);
      return { code, created: true };
    },
  };
}
