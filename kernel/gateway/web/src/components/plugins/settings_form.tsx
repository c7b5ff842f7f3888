import {useSignal} from '@preact/signals';
import {useMemo, useRef} from 'preact/hooks';
import {applyEdits, fieldAt, keysOf, type Entry, type Problem} from '../../plugins/edits.ts';
import {allFields, fieldsOf, nameOf, type Field} from '../../plugins/fields.ts';
import {busy, save} from '../../plugins/store.ts';
import type {JsonObject, Plugin} from '../../plugins/shapes.ts';
import {SettingsField, type FormFace} from './settings_field.tsx';

const kNone: ReadonlyMap<string, never> = new Map<string, never>();

function sorted(fields: readonly Field[]): {plain: Field[]; advanced: Field[]} {
  return {plain: fields.filter(({advanced}) => !advanced), advanced: fields.filter(({advanced}) => advanced)};
}

/** By field; what belongs to none under ''. */
function byField(fields: readonly Field[], problems: readonly Problem[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const {keys, reason} of problems) {
    const field = fieldAt(fields, keys);
    const name = field ? nameOf(field.keys) : '';
    const text = field || keys.length === 0 ? reason : `${nameOf(keys)}: ${reason}`;
    found.set(name, found.has(name) ? `${found.get(name)} ${text}` : text);
  }
  return found;
}

/** The plugin's settings as its own schema describes them. Saved as a whole, by the button. */
export function SettingsForm({plugin, schema}: {plugin: Plugin; schema: JsonObject}) {
  const form = useRef<HTMLFormElement>(null);
  const edits = useSignal<ReadonlyMap<string, Entry>>(kNone);
  const problems = useSignal<ReadonlyMap<string, string>>(kNone);
  const shape = JSON.stringify([schema, plugin.uiHints]); // the same text with every look at the gateway
  const fields = useMemo(() => fieldsOf(schema, plugin.uiHints), [shape]);
  const {plain, advanced} = sorted(fields);
  const show = (found: readonly Problem[], otherwise = ''): void => {
    const all = byField(fields, found);
    if (otherwise && all.size === 0) all.set('', otherwise);
    problems.value = all;
    requestAnimationFrame(() => {
      const first = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
      first?.closest('details')?.setAttribute('open', '');
      first?.focus();
    });
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    const {config, problems: own} = applyEdits(plugin.config, fields, edits.value);
    if (own.length > 0) return show(own);
    const {why, refusals} = await save(plugin, config);
    if (why) return show(refusals.map(({path, reason}) => ({keys: keysOf(path, plugin.id), reason})), why);
    problems.value = kNone;
    edits.value = kNone;
  };
  const face: FormFace = {
    id: `set-${plugin.id}`,
    config: plugin.config,
    edits: edits.value,
    problems: problems.value,
    change: (field, entry) => {
      const name = nameOf(field.keys);
      const next = new Map(edits.value);
      if (entry === undefined) next.delete(name);
      else next.set(name, entry);
      edits.value = next;
      if (problems.value.has(name)) problems.value = new Map([...problems.value].filter(([other]) => other !== name));
    },
  };
  if (fields.length === 0) return <p class="quiet">There is nothing to set.</p>;
  const count = allFields(advanced).length;
  const general = problems.value.get('');
  return (
    <form ref={form} class="settings" noValidate autocomplete="off" onSubmit={event => void submit(event)}>
      {plain.map(field => <SettingsField key={nameOf(field.keys)} field={field} face={face} />)}
      {count > 0 && (
        <details class="advanced">
          <summary>Advanced</summary>
          {advanced.map(field => <SettingsField key={nameOf(field.keys)} field={field} face={face} />)}
        </details>
      )}
      {general && <p role="alert" class="field-problem">{general}</p>}
      <div class="plugin-buttons">
        <button type="submit" class="primary" disabled={edits.value.size === 0 || busy.value === `${plugin.id} save`}>
          {busy.value === `${plugin.id} save` ? 'Saving…' : 'Save settings'}
        </button>
        {edits.value.size > 0 && (
          <button type="button" class="plain-button" onClick={() => { edits.value = kNone; problems.value = kNone; }}>Undo changes</button>
        )}
      </div>
    </form>
  );
}
