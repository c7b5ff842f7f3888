// The text in the message field, where other parts of the page may put an example or an old message into it.

import {signal} from '@preact/signals';

export const draft = signal('');

export function focusComposer(): void {
  const field = document.getElementById('composer');
  if (!(field instanceof HTMLTextAreaElement)) return;
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

export function edit(text: string): void {
  draft.value = text;
  requestAnimationFrame(focusComposer); // after the field shows the text
}
