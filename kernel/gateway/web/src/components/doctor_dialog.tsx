import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {getDoctorText} from '../api.ts';
import {CopyButton} from './copy_button.tsx';
import {Dialog} from './dialog.tsx';
import {CloseIcon, RetryIcon} from './icons.tsx';

/** The gateway's own report on its health, as text that can be copied into a question to someone. */
export function DoctorDialog({onClose}: {onClose: () => void}) {
  const report = useSignal('');
  const problem = useSignal('');
  const load = async (): Promise<void> => {
    problem.value = report.value = '';
    try {
      report.value = await getDoctorText();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  useEffect(() => void load(), []);
  return (
    <Dialog label="Doctor" className="doctor-dialog" onClose={onClose}>
      <header>
        <h2>Doctor</h2>
        <CopyButton label="Copy report" text={() => report.value} />
        <button type="button" class="icon-button small" aria-label="Check again" title="Check again" onClick={() => void load()}><RetryIcon /></button>
        <button type="button" class="icon-button small" aria-label="Close" onClick={onClose}><CloseIcon /></button>
      </header>
      {problem.value && <p role="alert" class="problem">{problem.value}</p>}
      <pre tabIndex={0} aria-busy={!report.value && !problem.value}>{report.value || (problem.value ? '' : 'Looking…')}</pre>
    </Dialog>
  );
}
