import {dismiss, notices} from '../notices.ts';
import {CloseIcon} from './icons.tsx';

export function Notices() {
  return (
    <div class="notices" role="status">
      {notices.value.map(notice => (
        <div key={notice.id} class="notice">
          <span>{notice.text}</span>
          {notice.action &&
            <button type="button" class="text-button" onClick={() => dismiss(notice.id, true)}>{notice.action.label}</button>}
          <button type="button" class="icon-button small" aria-label="Close" onClick={() => dismiss(notice.id)}><CloseIcon /></button>
        </div>
      ))}
    </div>
  );
}
