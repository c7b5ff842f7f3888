import {useSignal} from '@preact/signals';
import {isRemembered, keepToken} from '../auth.ts';
import {connection, openSession, sessionInAddress, thread} from '../conversation.ts';
import {refreshStatus} from '../gateway_status.ts';
import {tokenPrompt} from '../notices.ts';
import {refreshSessions} from '../sessions.ts';
import {Dialog} from './dialog.tsx';
import {ClawMark} from './icons.tsx';

async function tryToken(value: string, remember: boolean): Promise<void> {
  keepToken(value, remember);
  if (!await refreshStatus()) return; // the prompt now says why
  tokenPrompt.value = '';
  void refreshSessions();
  const id = thread.value?.id ?? sessionInAddress();
  if (!id) return;
  if (connection.phase.value.name === 'unauthorized') connection.open(id);
  else void openSession(id);
}

/** Shown only when the gateway answered that it wants a token. */
export function TokenDialog() {
  const value = useSignal('');
  const remember = useSignal(isRemembered());
  const busy = useSignal(false);
  if (!tokenPrompt.value) return null;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!value.value.trim() || busy.value) return;
    busy.value = true;
    await tryToken(value.value.trim(), remember.value);
    busy.value = false;
  };
  return (
    <Dialog label="Gateway token" className="token-dialog">
      <form onSubmit={event => void submit(event)}>
        <ClawMark />
        <h2>Connect to your gateway</h2>
        <p id="token-why" role="alert">{tokenPrompt.value}</p>
        <label>
          <span>Token</span>
          <input type="password" name="token" autocomplete="current-password" autofocus required aria-describedby="token-why"
            value={value.value} onInput={event => value.value = event.currentTarget.value} />
        </label>
        <label class="check">
          <input type="checkbox" name="remember" checked={remember.value}
            onChange={event => remember.value = event.currentTarget.checked} />
          <span>Remember on this device</span>
        </label>
        <button type="submit" class="primary" disabled={busy.value}>{busy.value ? 'Connecting…' : 'Connect'}</button>
        <p class="hint">It is <code>gateway.auth.token</code> in the gateway's configuration.</p>
      </form>
    </Dialog>
  );
}
