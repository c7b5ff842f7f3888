import {useSignal} from '@preact/signals';
import type {Skill} from '../../skills/shapes.ts';
import {busy, set, type Settings} from '../../skills/store.ts';
import {isSecretName} from '../../skills/words.ts';

interface FieldProps {skill: Skill; name: string; stored: boolean; value: string | undefined; change: (value: string | undefined) => void}

/** Can be written and removed, never seen. '' means that it will be removed, undefined that it stays. */
function Variable({skill, name, stored, value, change}: FieldProps) {
  const id = `skill-${skill.key}-${name}`.replace(/[^\w-]/g, '_');
  const removed = value === '';
  const attributes = {
    id, spellcheck: false, 'aria-describedby': `${id}-hint`, placeholder: removed ? 'Will be removed' : stored ? 'Set; leave empty to keep it' : '',
    value: value ?? '', onInput: (event: InputEvent & {currentTarget: HTMLInputElement}) => change(event.currentTarget.value || undefined),
  };
  return (
    <div class="setting">
      <div class="setting-head">
        <label for={id}>{name === skill.primaryEnv ? `Key (${name})` : name}</label>
        {stored && <button type="button" class="text-button" onClick={() => change(removed ? undefined : '')}>{removed ? 'Keep' : 'Remove'}<span class="offscreen"> {name}</span></button>}
      </div>
      {isSecretName(name) || name === skill.primaryEnv
        ? <input {...attributes} type="password" autocomplete="new-password" />
        : <input {...attributes} type="text" autocomplete="off" />}
      <p id={`${id}-hint`} class="hint">{stored ? 'A value is stored; it is not shown.' : 'Given only to what runs for this skill. Also ${VARIABLE} or file:PATH.'}</p>
    </div>
  );
}

/** A variable that the skill reads and does not ask for. */
function Another({name, value, change}: {name: string; value: string; change: (name: string, value: string) => void}) {
  return (
    <details class="advanced">
      <summary>Another variable</summary>
      <div class="setting">
        <label for="skill-other-name">Name</label>
        <input id="skill-other-name" type="text" autocomplete="off" spellcheck={false} value={name} onInput={event => change(event.currentTarget.value.trim(), value)} />
      </div>
      <div class="setting">
        <label for="skill-other-value">Value</label>
        <input id="skill-other-value" type="password" autocomplete="new-password" spellcheck={false} value={value} onInput={event => change(name, event.currentTarget.value)} />
      </div>
    </details>
  );
}

/** The key and the variables that a skill wants. */
export function SkillSettings({skill}: {skill: Skill}) {
  const edits = useSignal<Readonly<Record<string, string>>>({});
  const other = useSignal({name: '', value: ''});
  const why = useSignal('');
  const isChanged = Object.keys(edits.value).length > 0 || (other.value.name !== '' && other.value.value !== '');
  const names = [...new Set([skill.primaryEnv, ...skill.env, ...skill.envSet])].filter(name => name !== '');
  const change = (name: string, value: string | undefined): void => {
    const {[name]: _, ...others} = edits.value;
    edits.value = value === undefined ? others : {...others, [name]: value};
  };
  const isStored = (name: string): boolean => skill.envSet.includes(name) || (name === skill.primaryEnv && skill.hasKey);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy.value || !isChanged) return;
    const {[skill.primaryEnv]: apiKey, ...others} = edits.value;
    const env: Record<string, string> = {...others};
    const settings: Settings = {};
    if (apiKey !== undefined) settings.apiKey = apiKey;
    // A key that stands among the variables, too, would outlive its removal there.
    if (apiKey !== undefined && skill.envSet.includes(skill.primaryEnv)) env[skill.primaryEnv] = '';
    if (other.value.name && other.value.value) env[other.value.name] = other.value.value;
    if (Object.keys(env).length > 0) settings.env = env;
    why.value = await set(skill, settings, `The settings of ${skill.name} are saved.`);
    if (why.value) return;
    edits.value = {};
    other.value = {name: '', value: ''};
  };
  return (
    <form class="settings" autocomplete="off" onSubmit={event => void save(event)}>
      {names.map(name => <Variable key={name} skill={skill} name={name} stored={isStored(name)} value={edits.value[name]} change={value => change(name, value)} />)}
      <Another {...other.value} change={(name, value) => other.value = {name, value}} />
      {why.value && <p role="alert" class="field-problem">{why.value}</p>}
      <div><button type="submit" class="primary" disabled={!isChanged}>{busy.value === `${skill.name} set` ? 'Saving…' : 'Save settings'}</button></div>
    </form>
  );
}
