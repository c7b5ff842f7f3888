import {useEffect, useRef} from 'preact/hooks';
import {busy, plugins, problem, refresh, rescan, watch} from '../../plugins/store.ts';
import {pluginsAddress, openPlugins} from '../../route.ts';
import {stateOf} from '../../plugins/words.ts';
import type {Plugin} from '../../plugins/shapes.ts';
import {RetryIcon} from '../icons.tsx';
import {PluginDetail} from './plugin_detail.tsx';
import {Switch} from './switch.tsx';

/** A click that stays in this page; a new tab is the browser's matter. */
export function follow(event: MouseEvent, id = ''): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPlugins(id);
}

export function StateBadge({plugin}: {plugin: Plugin}) {
  const {word, tone} = stateOf(plugin);
  return <span class={`state ${tone}`}>{word}</span>;
}

function Row({plugin}: {plugin: Plugin}) {
  const errors = plugin.diagnostics.filter(({severity}) => severity === 'error').length;
  return (
    <li class="plugin-row">
      <div class="plugin-row-text">
        <h3>
          <a href={pluginsAddress(plugin.id)} onClick={event => follow(event, plugin.id)}>{plugin.name}</a>
          {' '}<span class="version-tag">{plugin.version}</span>
        </h3>
        <p class="plugin-about">{plugin.description || plugin.id}</p>
        <p class="plugin-marks">
          <StateBadge plugin={plugin} />
          {errors > 0 && <span class="state bad">{errors === 1 ? '1 problem' : `${errors} problems`}</span>}
          <span class="quiet">{plugin.trust}{plugin.isolation && ` · ${plugin.isolation}`}</span>
        </p>
      </div>
      <Switch plugin={plugin} />
    </li>
  );
}

function List({all}: {all: readonly Plugin[]}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <header class="plugins-head">
        <h2 ref={heading} tabIndex={-1}>Plugins</h2>
        <button type="button" class="plain-button" disabled={busy.value !== ''} onClick={() => void rescan()}><RetryIcon />Look again</button>
      </header>
      {all.length === 0
        ? <p class="quiet">No plugins were found. <code>chela plugins install</code> adds one.</p>
        : <ul class="plugin-list">{all.map(plugin => <Row key={plugin.id} plugin={plugin} />)}</ul>}
    </>
  );
}

function Content({id}: {id: string}) {
  const all = plugins.value;
  if (!all) {
    return problem.value
      ? <div class="load-problem"><p role="alert">{problem.value}</p><button type="button" class="primary" onClick={() => void refresh()}>Try again</button></div>
      : <div class="loading"><span class="spinner" aria-hidden="true" />Loading</div>;
  }
  const plugin = all.find(one => one.id === id);
  return (
    <>
      {problem.value && <p role="alert" class="field-problem">{problem.value}</p>}
      {plugin ? <PluginDetail key={id} plugin={plugin} /> : <List all={all} />}
    </>
  );
}

/** All plugins, or one of them. */
export function PluginsView({id}: {id: string}) {
  useEffect(watch, []);
  return (
    <main class="plugins-place">
      <div class="plugins"><Content id={id} /></div>
    </main>
  );
}
