import {useSignal, useSignalEffect} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {startNew, stop, thread} from '../conversation.ts';
import {focusComposer} from '../drafts.ts';
import {oneLine} from '../format.ts';
import {view, type Place} from '../route.ts';
import {Announcer} from './announcer.tsx';
import {Composer} from './composer.tsx';
import {ConnectionBanner} from './connection_banner.tsx';
import {DemoNotice} from './demo_notice.tsx';
import {DoctorDialog} from './doctor_dialog.tsx';
import {Notices} from './notices.tsx';
import {PluginsView} from './plugins/plugins_view.tsx';
import {Sidebar} from './sidebar.tsx';
import {ClawhubView} from './skills/clawhub_view.tsx';
import {SkillsView} from './skills/skills_view.tsx';
import {ThreadView} from './thread_view.tsx';
import {TokenDialog} from './token_dialog.tsx';
import {TopBar} from './top_bar.tsx';

const kTitles: Record<Place, string> = {plugins: 'Plugins', skills: 'Skills', clawhub: 'ClawHub'};

/** Esc stops the turn, `/` goes to the message field, Ctrl/⌘+Shift+O begins a new conversation. */
function onKey(event: KeyboardEvent): void {
  if (document.querySelector('dialog[open]') || event.defaultPrevented) return;
  const inField = (event.target as HTMLElement).matches?.('input, textarea, select');
  if (event.key === 'Escape' && thread.value?.running) {
    event.preventDefault();
    stop();
  } else if (event.key === '/' && !inField && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    focusComposer();
  } else if (event.key.toLowerCase() === 'o' && event.shiftKey && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    startNew();
    focusComposer();
  }
}

function Talk() {
  return (
    <>
      <ThreadView />
      <footer class="dock">
        <DemoNotice />
        <Composer />
      </footer>
    </>
  );
}

function CurrentView() {
  const current = view.value;
  if (current.name === 'plugins') return <PluginsView id={current.id} />;
  if (current.name === 'skills') return <SkillsView id={current.id} />;
  return current.name === 'clawhub' ? <ClawhubView /> : <Talk />;
}

export function App() {
  const drawer = useSignal(false);
  const doctor = useSignal(false);
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  useSignalEffect(() => {
    const title = view.value.name === 'talk' ? thread.value?.title : kTitles[view.value.name];
    document.title = title ? `${oneLine(title)} · Chela` : 'Chela';
  });
  return (
    <div class="app">
      <Sidebar drawer={drawer} onDoctor={() => doctor.value = true} />
      <div class="stage" inert={drawer.value}>
        <TopBar onMenu={() => drawer.value = true} />
        <ConnectionBanner />
        <CurrentView />
      </div>
      <Notices />
      <Announcer />
      <TokenDialog />
      {doctor.value && <DoctorDialog onClose={() => doctor.value = false} />}
    </div>
  );
}
