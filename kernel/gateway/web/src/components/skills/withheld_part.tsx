import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import type {Report, Skill} from '../../skills/shapes.ts';
import {busy, reportOf, set} from '../../skills/store.ts';
import {verdictOf} from '../../skills/words.ts';
import {Dialog} from '../dialog.tsx';
import {Findings} from './findings.tsx';

function AcceptDialog({skill, accept, onClose}: {skill: Skill; accept: string; onClose: () => void}) {
  const why = useSignal('');
  const agree = async (): Promise<void> => {
    why.value = await set(skill, {accept}, `${skill.name} is offered from now on.`);
    if (!why.value) onClose();
  };
  return (
    <Dialog label={`Accept ${skill.name}`} className="ask-dialog" onClose={onClose}>
      <div class="ask">
        <h2>Accept this content?</h2>
        <p>{verdictOf(skill.withheld?.verdict ?? '')}. When you accept it, the agent reads and follows what is in its files, with everything the agent may do.</p>
        <p>It holds for exactly these files. Any change to them withdraws it.</p>
        {why.value && <p role="alert" class="field-problem">{why.value}</p>}
        <div class="dialog-buttons">
          <button type="button" class="plain-button" onClick={onClose}>Leave it withheld</button>
          <button type="button" class="plain-button grave" aria-disabled={busy.value !== '' || undefined}
            onClick={() => { if (!busy.value) void agree(); }}>Accept this content</button>
        </div>
      </div>
    </Dialog>
  );
}

/** Why a skill is not offered although nothing is missing, line by line; or that the person has accepted it. */
export function WithheldPart({skill}: {skill: Skill}) {
  const report = useSignal<Report | null>(null);
  const why = useSignal('');
  const asks = useSignal(false);
  const {withheld} = skill;
  const isShown = withheld !== null || skill.accepted;
  useEffect(() => {
    if (!isShown) return;
    void reportOf(skill.name).then(read => {
      report.value = read.value;
      why.value = read.why;
    });
  }, [skill.name, isShown]);
  if (!isShown) return null;
  const withdraw = async (): Promise<void> => { why.value = await set(skill, {accept: ''}, `${skill.name} is judged by the scan again.`); };
  return (
    <section class="plugin-part">
      <h3>{withheld ? 'Why it is withheld' : 'You have accepted it in spite of the scan'}</h3>
      {withheld && <p class="caution">{verdictOf(withheld.verdict)}: {withheld.reason}</p>}
      {report.value && <Findings report={report.value} />}
      {why.value && <p role="alert" class="field-problem">{why.value}</p>}
      <div class="plugin-buttons">
        {withheld?.accept && <button type="button" class="plain-button" onClick={() => asks.value = true}>Accept this content…</button>}
        {!withheld && <button type="button" class="plain-button" onClick={() => void withdraw()}>Withdraw</button>}
      </div>
      {asks.value && withheld && <AcceptDialog skill={skill} accept={withheld.accept} onClose={() => asks.value = false} />}
    </section>
  );
}
