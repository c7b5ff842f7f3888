import {useEffect, useState} from 'preact/hooks';
import {connection, thread} from '../conversation.ts';
import {isReachable, refreshStatus} from '../gateway_status.ts';
import {unaccepted} from '../thread.ts';

const kQuietMs = 700; // a reconnect that takes less than this is nobody's concern

/** Says that the gateway is away, what happens to what was written, and lets the person try at once. */
export function ConnectionBanner() {
  const phase = connection.phase.value;
  const away = phase.name === 'idle' ? !isReachable.value : phase.name === 'waiting' || phase.name === 'connecting';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!away) return setShown(false);
    const timer = setTimeout(() => setShown(true), kQuietMs);
    return () => clearTimeout(timer);
  }, [away]);
  if (!away || !shown) return <div role="status" class="banner-place" />;
  const waiting = thread.value ? unaccepted(thread.value).length : 0;
  const reason = phase.name === 'waiting' && phase.reason ? ` (${phase.reason})` : '';
  return (
    <div role="status" class="banner-place">
      <div class="banner">
        <span class="spinner" aria-hidden="true" />
        <span>
          Connection lost{reason}. Reconnecting…
          {waiting > 0 && ` ${waiting === 1 ? 'Your message' : `${waiting} messages`} will be sent then.`}
        </span>
        <button type="button" class="text-button" onClick={() => phase.name === 'idle' ? void refreshStatus() : connection.retryNow()}>
          Try now
        </button>
      </div>
    </div>
  );
}
