// Every picture of the page, drawn here: 24-unit grid, 1.8-unit round strokes, the colour of the text around it.

import type {ComponentChildren} from 'preact';

function Icon({children}: {children: ComponentChildren}) {
  return (
    <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"
      stroke-linejoin="round" aria-hidden="true">{children}</svg>
  );
}

/** The mark: a crab's claw, which is what a chela is. The same drawing as public/chat/icon.svg. */
export function ClawMark() {
  return (
    <svg class="claw" viewBox="0 0 32 32" aria-hidden="true">
      <g transform="rotate(18 16 16)">
        <path d="M12.2 26.6C7.4 25 4.4 20 4.8 14.2 5.3 7.4 10.5 2.4 18.4 1.8c.9-.1 1.2.9.6 1.5-2.9 2.7-4.6 5.7-4.3 9.3.2 2.7 1.5 4.4 3.2 4.4 2.3 0 3.5-2.8 3.9-6.7.1-.9 1-1.2 1.6-.6 3.5 3.5 4.3 8.3 2.4 12.2-1.9 3.8-7.4 6.5-13.6 4.7z"/>
        <path d="M9.4 28.2c2.5 1.3 6 1.7 9.2 1l-.6 1.6c-.4 1-1.2 1.5-2.3 1.5h-3.4c-1.1 0-1.9-.6-2.2-1.6z"/>
      </g>
    </svg>
  );
}

export const PlusIcon = () => <Icon><path d="M12 5v14M5 12h14" /></Icon>;
export const SendIcon = () => <Icon><path d="M12 19V5M5.5 11.5 12 5l6.5 6.5" /></Icon>;
export const StopIcon = () => <Icon><rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor" stroke="none" /></Icon>;
export const CopyIcon = () => <Icon><rect x="9" y="9" width="11" height="11" rx="2.5" /><path d="M15 5.5A2 2 0 0 0 13 4H6a2 2 0 0 0-2 2v7a2 2 0 0 0 1.5 2" /></Icon>;
export const CheckIcon = () => <Icon><path d="m5 12.5 4.5 4.5L19 7.5" /></Icon>;
export const TrashIcon = () => <Icon><path d="M5 7h14M10 7V5h4v2M7 7l.8 12h8.4L17 7" /></Icon>;
export const SunIcon = () => <Icon><circle cx="12" cy="12" r="4" /><path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1" /></Icon>;
export const MoonIcon = () => <Icon><path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z" /></Icon>;
export const PulseIcon = () => <Icon><path d="M3 12h4l2.5-6 4.5 12 2.5-6H21" /></Icon>;
export const PlugIcon = () => <Icon><path d="M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4" /></Icon>;
export const BookIcon = () => <Icon><path d="M12 6.5C10 5 7 4.5 4 5v13c3-.5 6 0 8 1.5 2-1.5 5-2 8-1.5V5c-3-.5-6 0-8 1.5zM12 6.5v13" /></Icon>;
export const MenuIcon = () => <Icon><path d="M4 7h16M4 12h16M4 17h10" /></Icon>;
export const CloseIcon = () => <Icon><path d="m6 6 12 12M18 6 6 18" /></Icon>;
export const ChevronIcon = () => <Icon><path d="m9 6 6 6-6 6" /></Icon>;
export const DownIcon = () => <Icon><path d="M12 5v14M5.5 12.5 12 19l6.5-6.5" /></Icon>;
export const RetryIcon = () => <Icon><path d="M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6" /></Icon>;
export const EditIcon = () => <Icon><path d="m4 20 .8-4L16 4.8a2 2 0 0 1 2.8 0l.4.4a2 2 0 0 1 0 2.8L8 19.2z" /></Icon>;
export const KeyIcon = () => <Icon><circle cx="8" cy="15" r="4" /><path d="m11 12 8.5-8.5M16 7l3 3" /></Icon>;
export const WarnIcon = () => <Icon><path d="M12 4 3 19.5h18zM12 10v4M12 16.8v.2" /></Icon>;
export const ImageIcon = () => <Icon><rect x="4" y="5" width="16" height="14" rx="2.5" /><path d="m5 17 4.5-4.5 3 3 2.5-2.5 4 4" /><circle cx="9" cy="9.5" r="1" /></Icon>;
