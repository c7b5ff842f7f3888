import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {openSkills, skillsAddress} from '../../route.ts';
import type {Candidate, Found} from '../../skills/shapes.ts';
import {busy, installFound, lookAt, search} from '../../skills/store.ts';
import {findingOf, verdictOf} from '../../skills/words.ts';
import {Dialog} from '../dialog.tsx';
import {Findings} from './findings.tsx';
import {stay} from './skills_view.tsx';

function Doubts({candidate}: {candidate: Candidate}) {
  const {refusal, doubts, notes} = candidate;
  return (
    <>
      {refusal && <p role="alert" class="caution">It cannot be installed: {refusal}</p>}
      {doubts.map((doubt, i) => <p key={i} class="caution">{doubt}</p>)}
      {notes.length > 0 && <ul class="plain-list">{notes.map((note, i) => <li key={i}>{note}</li>)}</ul>}
    </>
  );
}

function Facts({candidate}: {candidate: Candidate}) {
  const {version, versionBefore, replaces, owner, path, finding, overview, scan} = candidate;
  return (
    <dl class="facts">
      {version && <div><dt>Version</dt><dd>{version}{replaces && ` in the place of ${versionBefore || 'what is there'}`}</dd></div>}
      {owner && <div><dt>By</dt><dd>{owner}</dd></div>}
      <div><dt>ClawHub</dt><dd>{findingOf(finding)}{overview && `: ${overview}`}</dd></div>
      <div><dt>The scan here</dt><dd>{verdictOf(scan.verdict)}</dd></div>
      <div><dt>Goes to</dt><dd>{path}</dd></div>
    </dl>
  );
}

/** What was fetched and checked; it is in place only after a yes. */
function CandidateDialog({candidate, onClose}: {candidate: Candidate; onClose: () => void}) {
  const why = useSignal('');
  const isBusy = busy.value === `${candidate.reference} install`;
  const {refusal, doubts, name, slug, description, scan, replaces} = candidate;
  const agree = async (): Promise<void> => {
    why.value = await installFound(candidate);
    if (why.value) return;
    onClose();
    openSkills();
  };
  const label = doubts.length > 0 ? 'Install it all the same' : replaces ? 'Replace what is there' : 'Install';
  return (
    <Dialog label={`Install ${name || slug}`} className="ask-dialog" onClose={() => { if (!isBusy) onClose(); }}>
      <div class="ask">
        <h2>{name || slug}</h2>
        <p>{description}</p>
        <Facts candidate={candidate} />
        <Doubts candidate={candidate} />
        <Findings report={scan} />
        {why.value && <p role="alert" class="field-problem">{why.value}</p>}
        <div class="dialog-buttons">
          <button type="button" class="plain-button" aria-disabled={isBusy || undefined} onClick={() => { if (!isBusy) onClose(); }}>{refusal ? 'Close' : 'Cancel'}</button>
          {!refusal && <button type="button" class={doubts.length > 0 ? 'plain-button grave' : 'primary'} aria-disabled={isBusy || undefined}
            onClick={() => { if (!busy.value) void agree(); }}>{isBusy ? 'Installing…' : label}</button>}
        </div>
      </div>
    </Dialog>
  );
}

function Result({found, onLook, looking}: {found: Found; onLook: () => void; looking: string}) {
  return (
    <li class="plugin-row">
      <div class="plugin-row-text">
        <h3>{found.name} <span class="version-tag">{found.version}</span></h3>
        <p class="plugin-about">{found.summary}</p>
        <p class="plugin-marks">
          <code>{found.reference}</code>
          {found.unscanned && <span class="state warn">Not scanned by ClawHub</span>}
          {found.downloads > 0 && <span class="quiet">{found.downloads.toLocaleString('en')} downloads</span>}
        </p>
      </div>
      <button type="button" class="plain-button" aria-disabled={looking !== '' || undefined} onClick={onLook}>
        {looking === found.reference ? 'Looking…' : 'Look at it'}<span class="offscreen"> {found.name}</span></button>
    </li>
  );
}

/** Looks for skills in ClawHub and installs them. */
export function ClawhubView() {
  const heading = useRef<HTMLHeadingElement>(null);
  const text = useSignal('');
  const results = useSignal<readonly Found[] | null>(null);
  const says = useSignal('');
  const problem = useSignal('');
  const looking = useSignal('');
  const candidate = useSignal<Candidate | null>(null);
  useEffect(() => heading.current?.focus(), []);
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (says.value === 'Searching…') return;
    says.value = 'Searching…';
    problem.value = '';
    const read = await search(text.value.trim());
    results.value = read.value;
    problem.value = read.why;
    says.value = read.why ? '' : read.value?.length ? `${read.value.length} found` : 'Nothing was found.';
  };
  const look = async (reference: string): Promise<void> => {
    if (looking.value) return;
    looking.value = reference;
    problem.value = '';
    const read = await lookAt(reference);
    looking.value = '';
    candidate.value = read.value;
    problem.value = read.why;
  };
  return (
    <main class="plugins-place">
      <div class="plugins">
        <a class="back" href={skillsAddress()} onClick={event => stay(event, openSkills)}>All skills</a>
        <header class="plugins-head"><h2 ref={heading} tabIndex={-1}>ClawHub</h2></header>
        <p class="plugin-about">Skills that strangers have published. One is fetched, checked and shown to you before anything of it is used.</p>
        <form class="settings skills-search" role="search" onSubmit={event => void ask(event)}>
          <label for="clawhub-search">What should it do?</label>
          <div class="search-line">
            <input id="clawhub-search" type="search" autocomplete="off" maxLength={200} value={text.value} onInput={event => text.value = event.currentTarget.value} />
            <button type="submit" class="primary">Search</button>
          </div>
          <p role="status" class="quiet">{says.value}</p>
        </form>
        {problem.value && <p role="alert" class="field-problem">{problem.value}</p>}
        <ul class="plugin-list">
          {results.value?.map(found => <Result key={found.reference} found={found} looking={looking.value} onLook={() => void look(found.reference)} />)}
        </ul>
        {candidate.value && <CandidateDialog candidate={candidate.value} onClose={() => candidate.value = null} />}
      </div>
    </main>
  );
}
