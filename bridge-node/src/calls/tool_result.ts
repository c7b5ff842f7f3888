// Results of tools in the protocol's form. Published tools return contents, texts, or whatever they have.

import { encodeValue } from '../plugin/values.js';
import { isObject, type Json } from '../json.js';

export interface Content {
  type: 'text' | 'image';
  text?: string;
  data?: string;
  mimeType?: string;
}

const CONTENTS_MAX = 256;

const textContent = (text: string): Content => ({ type: 'text', text });

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(encodeValue(undefined, value), null, 2) ?? '';
}

function readOne(item: unknown): Content {
  if (!isObject(item)) return textContent(plain(item));
  if (item.type === 'text') return textContent(typeof item.text === 'string' ? item.text : plain(item.text));
  const source = isObject(item.source) ? item.source : item;
  if (item.type === 'image' && typeof source.data === 'string') {
    const mimeType = source.mimeType ?? source.media_type ?? source.mediaType;
    return { type: 'image', data: source.data, mimeType: typeof mimeType === 'string' ? mimeType : 'image/png' };
  }
  return textContent(plain(item));
}

/** What the model sees of a result of any form. */
export function readContent(result: unknown): Content[] {
  if (result === undefined || result === null) return [];
  if (!isObject(result)) return Array.isArray(result) ? result.slice(0, CONTENTS_MAX).map(readOne) : [textContent(plain(result))];
  const { content } = result;
  if (Array.isArray(content)) return content.slice(0, CONTENTS_MAX).map(readOne);
  if (typeof content === 'string') return [textContent(content)];
  if (typeof result.text === 'string') return [textContent(result.text)];
  if (result.error !== undefined && Object.keys(result).length === 1) return [textContent(plain(result.error))];
  return [textContent(plain(result))];
}

/** What stands beside the content. */
export function readDetails(result: unknown): Json {
  if (!isObject(result)) return {};
  const failed = result.isError === true || (result.content === undefined && result.error !== undefined && result.error !== null);
  const details = encodeValue(undefined, result.details);
  return { ...(failed && { isError: true }), ...(details !== undefined && { details }) };
}
