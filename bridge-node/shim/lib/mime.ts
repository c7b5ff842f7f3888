// What a file is: by its first bytes, else by what the server said, else by its name.

import { extname } from 'node:path';

const TYPES: Record<string, string> = { '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.png': 'image/png', '.gif': 'image/gif', '.webp': 'image/webp', '.heic': 'image/heic',
  '.svg': 'image/svg+xml', '.bmp': 'image/bmp', '.mp3': 'audio/mpeg', '.ogg': 'audio/ogg', '.oga': 'audio/ogg', '.opus': 'audio/opus', '.wav': 'audio/wav', '.m4a': 'audio/x-m4a',
  '.aac': 'audio/aac', '.flac': 'audio/flac', '.amr': 'audio/amr', '.mp4': 'video/mp4', '.mov': 'video/quicktime', '.webm': 'video/webm', '.avi': 'video/x-msvideo',
  '.pdf': 'application/pdf', '.json': 'application/json', '.zip': 'application/zip', '.gz': 'application/gzip', '.tar': 'application/x-tar', '.txt': 'text/plain',
  '.md': 'text/markdown', '.csv': 'text/csv', '.html': 'text/html', '.xml': 'text/xml', '.doc': 'application/msword', '.xls': 'application/vnd.ms-excel',
  '.ppt': 'application/vnd.ms-powerpoint', '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation' };

const SIGNATURES: [offset: number, bytes: string, type: string][] = [[0, '\x89PNG', 'image/png'], [0, '\xff\xd8\xff', 'image/jpeg'], [0, 'GIF8', 'image/gif'],
  [8, 'WEBP', 'image/webp'], [0, 'BM', 'image/bmp'], [0, '%PDF', 'application/pdf'], [0, 'OggS', 'audio/ogg'], [8, 'WAVE', 'audio/wav'], [0, 'ID3', 'audio/mpeg'],
  [0, '\xff\xfb', 'audio/mpeg'], [0, 'fLaC', 'audio/flac'], [0, '#!AMR', 'audio/amr'], [4, 'ftypM4A', 'audio/x-m4a'], [4, 'ftypqt', 'video/quicktime'], [4, 'ftypheic', 'image/heic'],
  [4, 'ftyp', 'video/mp4'], [0, '\x1a\x45\xdf\xa3', 'video/webm'], [0, '\x1f\x8b', 'application/gzip']];

export const mimeOfPath = (path: string | undefined): string | undefined => (path === undefined ? undefined : TYPES[extname(path).toLowerCase()]);

export function extensionOf(type: string | undefined): string | undefined {
  const plain = type?.split(';', 1)[0]?.trim().toLowerCase();
  return Object.entries(TYPES).find(([, known]) => known === plain)?.[0];
}

function sniff(buffer: Buffer | undefined): string | undefined {
  if (buffer === undefined) return undefined;
  const head = buffer.subarray(0, 32).toString('latin1');
  return SIGNATURES.find(([offset, bytes]) => head.startsWith(bytes, offset))?.[2];
}

export interface MimeQuestion {
  buffer?: Buffer;
  headerMime?: string | null;
  filePath?: string;
}

export async function detectMime({ buffer, headerMime, filePath }: MimeQuestion): Promise<string | undefined> {
  const header = headerMime?.split(';', 1)[0]?.trim().toLowerCase();
  const said = header === undefined || header === '' || header === 'application/octet-stream' ? undefined : header;
  return sniff(buffer) ?? mimeOfPath(filePath) ?? said ?? header ?? undefined;
}

export function mediaKindFromMime(type?: string | null): 'image' | 'audio' | 'video' | 'document' | undefined {
  if (!type) return undefined;
  const kind = type.split('/', 1)[0];
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document';
}

export const isVoiceCompatibleAudio = ({ contentType, fileName }: { contentType?: string | null; fileName?: string | null }): boolean =>
  /^audio\/(ogg|opus)/i.test(contentType ?? '') || /\.(ogg|oga|opus)$/i.test(fileName ?? '');
