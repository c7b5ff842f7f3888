import {useState} from 'preact/hooks';
import {CheckIcon, CopyIcon} from './icons.tsx';

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // plain http on another machine has no clipboard API; the old way still works there
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'offscreen';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Copies what `text` returns at the moment of the click, and says so for a moment. */
export function CopyButton({label, text}: {label: string; text: () => string}) {
  const [copied, setCopied] = useState(false);
  const onClick = async (): Promise<void> => {
    if (!await copy(text())) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" class="icon-button small copy" aria-label={copied ? 'Copied' : label} title={label} onClick={onClick}>
      {copied ? <CheckIcon /> : <CopyIcon />}
    </button>
  );
}
