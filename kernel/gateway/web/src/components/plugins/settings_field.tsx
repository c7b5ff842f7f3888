import {entryOf, isSet, type Edits, type Entry} from '../../plugins/edits.ts';
import {nameOf, type Field} from '../../plugins/fields.ts';
import {shown, type Json, type JsonObject} from '../../plugins/shapes.ts';

export interface FormFace {
  id: string;
  config: JsonObject;
  edits: Edits;
  problems: ReadonlyMap<string, string>;
  /** undefined: as the gateway has it. */
  change: (field: Field, entry: Entry | undefined) => void;
}

interface Props {field: Field; face: FormFace}
interface Attributes {id: string; 'aria-describedby': string | undefined; 'aria-invalid': 'true' | undefined; 'aria-required': boolean | undefined}
interface ControlProps extends Props {entry: Entry; attributes: Attributes}

const plain = (value: Json | undefined): string => shown(typeof value === 'string' ? value : JSON.stringify(value) ?? '', 200);

function placeholderOf({field, face}: Props): string {
  if (field.sensitive && face.edits.get(nameOf(field.keys)) === null) return 'Will be removed';
  if (field.sensitive && isSet(field, face.config)) return 'Set; leave empty to keep it';
  if (field.placeholder) return field.placeholder;
  return field.fallback === undefined || field.fallback === null || field.kind === 'json' ? '' : plain(field.fallback);
}

function Choice({field, face, entry, attributes}: ControlProps) {
  return (
    <select {...attributes} value={String(entry)} onChange={event => face.change(field, event.currentTarget.value)}>
      {(!field.required || entry === '') && <option value="">{field.fallback === undefined ? 'Not set' : `Default: ${plain(field.fallback)}`}</option>}
      {field.choices.map(choice => <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>{plain(choice)}</option>)}
    </select>
  );
}

function Tick({field, face, entry, attributes}: ControlProps) {
  return <input {...attributes} type="checkbox" checked={entry === true} onChange={event => face.change(field, event.currentTarget.checked)} />;
}

function Control(props: ControlProps) {
  const {field, face, entry, attributes} = props;
  if (field.kind === 'boolean') return <Tick {...props} />;
  if (field.kind === 'choice') return <Choice {...props} />;
  const take = (value: string): void => face.change(field, field.sensitive && value === '' ? undefined : value);
  const shared = {...attributes, placeholder: placeholderOf(props), value: typeof entry === 'string' ? entry : '', spellcheck: false};
  if (field.kind === 'list' || field.kind === 'json') {
    return <textarea {...shared} rows={field.kind === 'json' ? 5 : 3} onInput={event => take(event.currentTarget.value)} />;
  }
  if (field.sensitive) return <input {...shared} type="password" autocomplete="new-password" onInput={event => take(event.currentTarget.value)} />;
  const inputMode = field.kind === 'number' ? 'decimal' : 'text';
  return <input {...shared} type="text" autocomplete="off" inputMode={inputMode} onInput={event => take(event.currentTarget.value)} />;
}

/** A stored secret can be replaced or removed, never seen. */
function SecretState({field, face}: Props) {
  if (!field.sensitive || !isSet(field, face.config)) return null;
  const removed = face.edits.get(nameOf(field.keys)) === null;
  return (
    <button type="button" class="text-button" onClick={() => face.change(field, removed ? undefined : null)}>
      {removed ? 'Keep' : 'Remove'}<span class="offscreen"> {field.label}</span>
    </button>
  );
}

function hintsOf({field, face}: Props): string {
  const form = field.kind === 'list' ? 'One per line.' : field.kind === 'json' ? 'As JSON.' : '';
  const stored = field.sensitive && isSet(field, face.config) ? 'A value is stored; it is not shown.' : '';
  return [field.help, form, stored].filter(Boolean).join(' ');
}

export function SettingsField({field, face}: Props) {
  const name = nameOf(field.keys);
  if (field.kind === 'group') {
    return (
      <fieldset class="setting-group">
        <legend>{field.label}</legend>
        {field.help && <p class="hint">{field.help}</p>}
        {field.children.map(child => <SettingsField key={nameOf(child.keys)} field={child} face={face} />)}
      </fieldset>
    );
  }
  const id = `${face.id}-${name}`.replace(/[^\w-]/g, '_');
  const hints = hintsOf({field, face});
  const problem = face.problems.get(name);
  const described = [hints && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  const edited = face.edits.get(name);
  const entry = edited === undefined ? entryOf(field, face.config) : edited;
  const attributes: Attributes = {id, 'aria-describedby': described || undefined, 'aria-invalid': problem ? 'true' : undefined, 'aria-required': field.required || undefined};
  const label = <>{field.label}{field.required && <span class="required"> (required)</span>}</>;
  const control = <Control field={field} face={face} entry={entry} attributes={attributes} />;
  return (
    <div class={problem ? 'setting wrong' : 'setting'}>
      {field.kind === 'boolean'
        ? <label class="check" for={id}>{control}<span>{label}</span></label>
        : <><div class="setting-head"><label for={id}>{label}</label><SecretState field={field} face={face} /></div>{control}</>}
      {hints && <p id={`${id}-hint`} class="hint">{hints}</p>}
      {problem && <p id={`${id}-problem`} role="alert" class="field-problem">{problem}</p>}
    </div>
  );
}
