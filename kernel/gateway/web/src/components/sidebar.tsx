import {useSignal, type Signal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {forgetToken, token} from '../auth.ts';
import {connection, openSession, startNew, thread} from '../conversation.ts';
import {focusComposer} from '../drafts.ts';
import {ageOf, oneLine, relativeTime, type Age} from '../format.ts';
import {status} from '../gateway_status.ts';
import {unauthorized} from '../notices.ts';
import type {SessionSummary} from '../protocol.ts';
import {openPlugins, openSkills, pluginsAddress, skillsAddress, view} from '../route.ts';
import {removeSession, sessions} from '../sessions.ts';
import {toMillis} from '../thread.ts';
import {BookIcon, ClawMark, KeyIcon, PlugIcon, PlusIcon, PulseIcon, TrashIcon} from './icons.tsx';

const kNarrow = matchMedia('(max-width: 820px)');

function useNow(everyMs: number): number {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => now.value = Date.now(), everyMs);
    return () => clearInterval(timer);
  }, []);
  return now.value;
}

function useNarrow(): boolean {
  const narrow = useSignal(kNarrow.matches);
  useEffect(() => {
    const follow = (): void => { narrow.value = kNarrow.matches; };
    kNarrow.addEventListener('change', follow);
    return () => kNarrow.removeEventListener('change', follow);
  }, []);
  return narrow.value;
}

function Row({session, now, onOpen}: {session: SessionSummary; now: number; onOpen: () => void}) {
  const isCurrent = thread.value?.id === session.id && view.value.name === 'talk';
  const title = oneLine(session.title);
  const remove = (): void => {
    removeSession(session);
    if (thread.value?.id === session.id) startNew();
  };
  return (
    <li class={isCurrent ? 'session current' : 'session'}>
      <a href={`#s=${encodeURIComponent(session.id)}`} aria-current={isCurrent ? 'page' : undefined}
        onClick={event => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab is the browser's matter
          event.preventDefault();
          void openSession(session.id);
          onOpen();
        }}>
        <span class="session-title">{title}</span>
        <time>{relativeTime(toMillis(session.updatedAt ?? session.createdAt), now)}</time>
      </a>
      <button type="button" class="icon-button small" aria-label={`Delete “${title}”`} title="Delete" onClick={remove}><TrashIcon /></button>
    </li>
  );
}

function groups(all: readonly SessionSummary[], now: number): [Age, SessionSummary[]][] {
  const found = new Map<Age, SessionSummary[]>();
  for (const session of all) {
    const age = ageOf(toMillis(session.updatedAt ?? session.createdAt), now);
    found.set(age, [...found.get(age) ?? [], session]);
  }
  return [...found];
}

function PlaceLink({address, isCurrent, onOpen, children}: {address: string; isCurrent: boolean; onOpen: () => void; children: ComponentChildren}) {
  return (
    <a class="foot-button" href={address} aria-current={isCurrent ? 'page' : undefined}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        onOpen();
      }}>{children}</a>
  );
}

export function Sidebar({drawer, onDoctor}: {drawer: Signal<boolean>; onDoctor: () => void}) {
  const now = useNow(30_000);
  const narrow = useNarrow();
  const panel = useRef<HTMLElement>(null);
  const close = (): void => { drawer.value = false; };
  useEffect(() => {
    if (!drawer.value) return;
    panel.current?.querySelector<HTMLElement>('button')?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      close();
    };
    addEventListener('keydown', onKey, {capture: true});
    return () => {
      removeEventListener('keydown', onKey, {capture: true});
      const focused = document.activeElement;
      if (focused === document.body || panel.current?.contains(focused)) document.getElementById('menu')?.focus();
    };
  }, [drawer.value]);
  const begin = (): void => { startNew(); close(); focusComposer(); };
  const forget = (): void => { forgetToken(); connection.close(); unauthorized(); };
  return (
    <>
      {drawer.value && <div class="backdrop" onClick={close} />}
      <nav ref={panel} class={drawer.value ? 'sidebar open' : 'sidebar'} aria-label="Conversations" inert={narrow && !drawer.value}>
        <div class="brand"><ClawMark /><span>Chela</span></div>
        <button type="button" class="new-chat" onClick={begin}><PlusIcon />New conversation</button>
        <div class="session-list">
          {groups(sessions.value, now).map(([age, list]) => (
            <section key={age}>
              <h2>{age}</h2>
              <ul>{list.map(session => <Row key={session.id} session={session} now={now} onOpen={close} />)}</ul>
            </section>
          ))}
          {sessions.value.length === 0 && <p class="quiet">Your conversations will be listed here.</p>}
        </div>
        <div class="sidebar-foot">
          <PlaceLink address={pluginsAddress()} isCurrent={view.value.name === 'plugins'} onOpen={() => { close(); openPlugins(); }}><PlugIcon />Plugins</PlaceLink>
          <PlaceLink address={skillsAddress()} isCurrent={view.value.name === 'skills' || view.value.name === 'clawhub'}
            onOpen={() => { close(); openSkills(); }}><BookIcon />Skills</PlaceLink>
          <button type="button" class="foot-button" onClick={() => { close(); onDoctor(); }}><PulseIcon />Doctor</button>
          {token() && <button type="button" class="foot-button" onClick={forget}><KeyIcon />Forget token</button>}
          {status.value?.version && <span class="version">{status.value.version}</span>}
        </div>
      </nav>
    </>
  );
}
