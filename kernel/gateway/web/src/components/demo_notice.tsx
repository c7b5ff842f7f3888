import {useSignal} from '@preact/signals';
import {status} from '../gateway_status.ts';
import {CloseIcon} from './icons.tsx';

const kKey = 'chela_demo_notice';

function wasClosed(): boolean {
  try {
    return sessionStorage.getItem(kKey) === 'closed';
  } catch {
    return false;
  }
}

/** The built-in model answers: say so plainly, and how to get a real one. */
export function DemoNotice() {
  const closed = useSignal(wasClosed());
  if (!status.value?.model?.demo || closed.value) return null;
  const close = (): void => {
    closed.value = true;
    try {
      sessionStorage.setItem(kKey, 'closed');
    } catch {
      // then it comes back with the next page
    }
  };
  return (
    <aside class="demo-notice" aria-label="Demonstration">
      <details>
        <summary>
          <strong>Demo</strong>
          {' '}<span>No model is set up yet: a demonstration answers.</span>{' '}
          <span class="more">Add a model</span>
        </summary>
        <div class="demo-help">
          {status.value.notice && <p>{status.value.notice}</p>}
          <p>Stop the gateway and start it with a key, for example:</p>
          <pre><code>MODEL_PROVIDER_KEY=sk-… chela gateway</code></pre>
          <p>
            <code>MODEL_PROVIDER_ENDPOINT</code> and <code>MODEL_PROVIDER_MODEL</code> choose another service or model.
            An Ollama that runs on this machine is found by itself.
          </p>
        </div>
      </details>
      <button type="button" class="icon-button small" aria-label="Close this notice" onClick={close}><CloseIcon /></button>
    </aside>
  );
}
