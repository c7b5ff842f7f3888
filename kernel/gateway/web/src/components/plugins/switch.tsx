import {useSignal} from '@preact/signals';
import {act, busy} from '../../plugins/store.ts';
import type {Plugin} from '../../plugins/shapes.ts';

/** Turns a plugin on and off. */
export function Switch({plugin}: {plugin: Plugin}) {
  const why = useSignal('');
  const isBusy = busy.value.startsWith(`${plugin.id} `);
  const toggle = async (): Promise<void> => {
    why.value = await act(plugin, plugin.enabled ? 'disable' : 'enable');
  };
  return (
    <div class="switch-place">
      <button type="button" role="switch" class="switch" aria-checked={plugin.enabled} aria-label={`Use ${plugin.name}`}
        aria-disabled={isBusy || undefined} onClick={() => { if (!isBusy) void toggle(); }}><span class="knob" /></button>
      {why.value && <p role="alert" class="field-problem">{why.value}</p>}
    </div>
  );
}
