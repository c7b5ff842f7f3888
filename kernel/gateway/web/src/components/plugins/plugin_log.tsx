import {useSignal} from '@preact/signals';
import {logOf} from '../../plugins/store.ts';
import {ChevronIcon, RetryIcon} from '../icons.tsx';
import {Revealed} from '../revealed.tsx';

/** The plugin's last lines in the log, asked for when somebody wants them. */
export function PluginLog({id}: {id: string}) {
  const lines = useSignal<readonly string[]>([]);
  const state = useSignal('');
  const load = async (): Promise<void> => {
    state.value = 'Loading';
    const read = await logOf(id);
    lines.value = read.lines;
    state.value = read.why || (read.lines.length === 0 ? 'It has written nothing.' : '');
  };
  return (
    <details class="plugin-log" onToggle={event => { if (event.currentTarget.open) void load(); }}>
      <summary><h3>Log</h3><ChevronIcon /></summary>
      <div class="plugin-log-head">
        <p role="status" class="quiet">{state.value}</p>
        <button type="button" class="plain-button" onClick={() => void load()}><RetryIcon />Look again</button>
      </div>
      {lines.value.length > 0 && <pre tabIndex={0} aria-label="The last lines of the log"><Revealed text={lines.value.join('\n')} /></pre>}
    </details>
  );
}
