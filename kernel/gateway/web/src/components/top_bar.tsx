import {startNew, thread} from '../conversation.ts';
import {focusComposer} from '../drafts.ts';
import {oneLine} from '../format.ts';
import {status} from '../gateway_status.ts';
import {view} from '../route.ts';
import {sessions} from '../sessions.ts';
import {theme, toggleTheme} from '../theme.ts';
import {MenuIcon, MoonIcon, PlusIcon, SunIcon} from './icons.tsx';

export function TopBar({onMenu}: {onMenu: () => void}) {
  const current = thread.value;
  const listed = sessions.value.find(session => session.id === current?.id)?.title;
  const model = status.value?.model;
  const other = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <header class="top-bar">
      <button id="menu" type="button" class="icon-button only-narrow" aria-label="Conversations" onClick={onMenu}><MenuIcon /></button>
      <h1>{view.value.name === 'plugins' ? 'Plugins' : oneLine(listed || current?.title)}</h1>
      {model?.ref && (
        <span class="model-chip" title={model.service ? `Answered by ${model.service}` : undefined}>
          <span class={model.demo ? 'dot demo' : 'dot'} aria-hidden="true" />{model.ref}
        </span>
      )}
      <button type="button" class="icon-button" aria-label={`Use the ${other} theme`} title={`Use the ${other} theme`} onClick={toggleTheme}>
        {theme.value === 'dark' ? <SunIcon /> : <MoonIcon />}
      </button>
      <button type="button" class="icon-button only-narrow" aria-label="New conversation"
        onClick={() => { startNew(); focusComposer(); }}><PlusIcon /></button>
    </header>
  );
}
