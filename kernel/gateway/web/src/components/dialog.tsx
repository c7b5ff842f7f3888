import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

interface Props {label: string; className?: string; onClose?: () => void; children: ComponentChildren}

/** The browser's own modal: it keeps the focus inside and gives it back. Without onClose it cannot be closed by Esc. */
export function Dialog({label, className, onClose, children}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const box = dialog.current; // by the time of the cleanup the reference is gone
    const opener = document.activeElement;
    box?.showModal();
    return () => {
      box?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class={className} aria-label={label}
      onCancel={event => { event.preventDefault(); onClose?.(); }}
      onClick={event => { if (event.target === dialog.current) onClose?.(); }}>
      {children}
    </dialog>
  );
}
