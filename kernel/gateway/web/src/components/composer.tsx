import {useLayoutEffect, useRef} from 'preact/hooks';
import {send, stop, thread} from '../conversation.ts';
import {draft} from '../drafts.ts';
import {SendIcon, StopIcon} from './icons.tsx';

const kTouch = matchMedia('(pointer: coarse)'); // no Shift key there: Enter is a new line, the button sends

function submit(): void {
  const text = draft.value.trim();
  if (!text) return;
  draft.value = '';
  send(text);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || kTouch.matches) return;
  event.preventDefault();
  submit();
}

export function Composer() {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = draft.value;
  const running = thread.value?.running ?? false;
  useLayoutEffect(() => { // grows with its text up to the limit in the style sheet
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);
  return (
    <form class="composer" onSubmit={event => { event.preventDefault(); submit(); }}>
      <textarea id="composer" ref={field} rows={1} value={text} placeholder="Message Chela" aria-label="Message"
        enterkeyhint={kTouch.matches ? 'enter' : 'send'} autofocus={!kTouch.matches} spellcheck
        onInput={event => draft.value = event.currentTarget.value} onKeyDown={onKeyDown} />
      {running &&
        <button type="button" class="round stop" onClick={stop} aria-label="Stop" title="Stop (Esc)"><StopIcon /></button>}
      {(!running || text.trim()) &&
        <button type="submit" class="round send" disabled={!text.trim()} aria-label="Send" title="Send (Enter)"><SendIcon /></button>}
    </form>
  );
}
