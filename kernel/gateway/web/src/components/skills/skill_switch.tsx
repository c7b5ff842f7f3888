import {useSignal} from '@preact/signals';
import type {Skill} from '../../skills/shapes.ts';
import {busy, set} from '../../skills/store.ts';

/** Turns a skill on and off. */
export function SkillSwitch({skill}: {skill: Skill}) {
  const why = useSignal('');
  const isBusy = busy.value.startsWith(`${skill.name} `);
  const toggle = async (): Promise<void> => {
    why.value = await set(skill, {enabled: skill.disabled}, `${skill.name} is ${skill.disabled ? 'on' : 'off'}.`);
  };
  return (
    <div class="switch-place">
      <button type="button" role="switch" class="switch" aria-checked={!skill.disabled} aria-label={`Use ${skill.name}`}
        aria-disabled={isBusy || undefined} onClick={() => { if (!isBusy) void toggle(); }}><span class="knob" /></button>
      {why.value && <p role="alert" class="field-problem">{why.value}</p>}
    </div>
  );
}
