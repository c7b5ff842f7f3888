// Tags that models put into answers: [[reply_to_current]], [[reply_to: ID]], [[audio_as_voice]].

import type { Json } from './values.js';

export const SILENT_REPLY_TOKEN = 'NO_REPLY';
export const HEARTBEAT_TOKEN = 'HEARTBEAT_OK';
const AUDIO = /\[\[\s*audio_as_voice\s*\]\]/gi;
const REPLY = /\[\[\s*(?:reply_to_current|reply_to\s*:\s*([^\]\n]+))\s*\]\]/gi;

export const isSilentReplyText = (value?: string, token = SILENT_REPLY_TOKEN): boolean => value !== undefined && value.trim() === token;

export function parseInlineDirectives(value?: string, options: Json = {}): Json {
  const { currentMessageId, stripAudioTag = true, stripReplyTags = true } = options;
  let text = value ?? '';
  let explicit: string | undefined;
  let replyToCurrent = false;
  let hasReplyTag = false;
  const hasAudioTag = text.search(AUDIO) >= 0;
  if (stripAudioTag) text = text.replace(AUDIO, ' ');
  text = text.replace(REPLY, (tag, id: string | undefined) => {
    hasReplyTag = true;
    if (id === undefined) replyToCurrent = true;
    else explicit = id.trim();
    return stripReplyTags ? ' ' : tag;
  });
  const replyToId = explicit ?? (replyToCurrent ? currentMessageId : undefined);
  if (hasAudioTag || hasReplyTag) text = text.replace(/[ \t]+/g, ' ').replace(/ *\n */g, '\n').trim();
  return { text, audioAsVoice: hasAudioTag, replyToCurrent, hasAudioTag, hasReplyTag, ...(explicit !== undefined && { replyToExplicitId: explicit }),
    ...(replyToId !== undefined && { replyToId }) };
}
