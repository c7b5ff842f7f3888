// The text in the message field, where other parts of the page may put an example or an old message into it.

import {signal} from '@preact/signals';

export const draft = signal('');

/** In the next frame: by then the field shows the draft, and nothing lies over it any more. */
export function focusComposer(): void {
  requestAnimationFrame(() => {
    const field = document.getElementById('composer');
    if (!(field instanceof HTMLTextAreaElement)) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });
}

export function edit(text: string): void {
  draft.value = text;
  focusComposer();
}
