// Short words to the person: a line that goes away by itself, perhaps with one action, and the question for the token.

import {signal} from '@preact/signals';

export interface Notice {id: number; text: string; action?: {label: string; run: () => void}; onClose?: () => void}

const kShownMs = 6000;

export const notices = signal<readonly Notice[]>([]);
/** '' hides the token field; otherwise the sentence above it. */
export const tokenPrompt = signal('');

let lastId = 0;

/** `onClose` runs once when the line goes away without its action having been chosen. */
export function say(text: string, action?: Notice['action'], onClose?: () => void): void {
  const notice: Notice = {id: ++lastId, text};
  if (action) notice.action = action;
  if (onClose) notice.onClose = onClose;
  notices.value = [...notices.value.filter(other => other.text !== text || other.onClose), notice];
  setTimeout(() => dismiss(notice.id), kShownMs);
}

export function dismiss(id: number, withAction = false): void {
  const notice = notices.value.find(other => other.id === id);
  if (!notice) return;
  notices.value = notices.value.filter(other => other.id !== id);
  if (withAction) notice.action?.run();
  else notice.onClose?.();
}

let onAsk: () => boolean = () => false;

/** `hasToken` tells a wrong token from a missing one. */
export function setTokenSource(hasToken: () => boolean): void {
  onAsk = hasToken;
}

export function unauthorized(): void {
  tokenPrompt.value = onAsk()
    ? 'The gateway did not accept this token. Check it for missing characters.'
    : 'This gateway asks for its token before it talks.';
}
