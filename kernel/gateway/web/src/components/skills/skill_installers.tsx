import {useSignal} from '@preact/signals';
import type {Done, Installer, Skill} from '../../skills/shapes.ts';
import {busy, installNeed} from '../../skills/store.ts';
import {Dialog} from '../dialog.tsx';
import {Revealed} from '../revealed.tsx';

function Outcome({done}: {done: Done}) {
  return (
    <>
      <p role="status" class={done.ok ? '' : 'field-problem'}>{done.message || (done.ok ? 'Done.' : 'It failed.')}</p>
      {done.output && <pre class="excerpt" tabIndex={0} aria-label="What it said"><Revealed text={done.output} /></pre>}
    </>
  );
}

/** Shows exactly what would be done, and does it only after a yes. */
export function InstallDialog({skill, installer, onClose}: {skill: Skill; installer: Installer; onClose: () => void}) {
  const done = useSignal<Done | null>(null);
  const why = useSignal('');
  const isBusy = busy.value === `${skill.name} install`;
  const run = async (): Promise<void> => {
    why.value = '';
    const read = await installNeed(skill, installer);
    done.value = read.done;
    why.value = read.why;
  };
  return (
    <Dialog label={installer.label} className="ask-dialog" onClose={() => { if (!isBusy) onClose(); }}>
      <div class="ask">
        <h2>{installer.label}</h2>
        <p>This is what will be done, on the machine of the gateway and with its account:</p>
        <pre class="excerpt" tabIndex={0} aria-label="What will be done"><Revealed text={installer.shown} /></pre>
        {installer.warnings.map((warning, i) => <p key={i} class="caution">{warning}</p>)}
        {done.value && <Outcome done={done.value} />}
        {why.value && <p role="alert" class="field-problem">{why.value}</p>}
        <div class="dialog-buttons">
          <button type="button" class="plain-button" aria-disabled={isBusy || undefined} onClick={() => { if (!isBusy) onClose(); }}>{done.value ? 'Close' : 'Cancel'}</button>
          {!done.value?.ok && <button type="button" class="primary" aria-disabled={isBusy || undefined} onClick={() => { if (!busy.value) void run(); }}>
            {isBusy ? 'Working…' : done.value || why.value ? 'Try again' : 'Do this'}</button>}
        </div>
      </div>
    </Dialog>
  );
}

/** The ways in which the programs that are missing can be installed here. */
export function SkillInstallers({skill, choose}: {skill: Skill; choose: (installer: Installer) => void}) {
  if (skill.install.length === 0) return null;
  return (
    <ul class="installers">
      {skill.install.map(one => (
        <li key={one.id}>
          <button type="button" class="plain-button" disabled={one.shown === ''} onClick={() => choose(one)}>{one.label}…</button>
          {one.problem && <p class="quiet">{one.problem}</p>}
        </li>
      ))}
    </ul>
  );
}
