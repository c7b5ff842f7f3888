import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import type {PluginAction} from '../../api.ts';
import {act, busy} from '../../plugins/store.ts';
import type {Plugin, Process} from '../../plugins/shapes.ts';
import {bytes, confinement, diagnosticTitle, isolationOf, isQuarantined, kindOf, originOf, permissionLines, runtimeOf, stateOf, trustOf, uptime} from '../../plugins/words.ts';
import {pluginsAddress} from '../../route.ts';
import {PluginLog} from './plugin_log.tsx';
import {follow, StateBadge} from './plugins_view.tsx';
import {SettingsForm} from './settings_form.tsx';
import {Switch} from './switch.tsx';

function Section({title, children}: {title: string; children: ComponentChildren}) {
  return <section class="plugin-part"><h3>{title}</h3>{children}</section>;
}

function Facts({facts}: {facts: readonly (readonly [string, string])[]}) {
  return (
    <dl class="facts">
      {facts.filter(([, value]) => value !== '').map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

function Actions({plugin}: {plugin: Plugin}) {
  const why = useSignal('');
  const run = async (action: PluginAction): Promise<void> => {
    why.value = '';
    why.value = await act(plugin, action);
  };
  const {sentence} = stateOf(plugin);
  const button = (action: PluginAction, label: string) => (
    <button type="button" class="plain-button" aria-disabled={busy.value !== '' || undefined}
      onClick={() => { if (!busy.value) void run(action); }}>{busy.value === `${plugin.id} ${action}` ? 'Working…' : label}</button>
  );
  return (
    <div class="plugin-actions">
      <p class="plugin-marks">
        <StateBadge plugin={plugin} />
        <span>{plugin.enabled ? sentence : plugin.disabledBecause}</span>
      </p>
      <div class="plugin-buttons">
        {button('reload', 'Reload')}
        {button('restart', isQuarantined(plugin) ? 'Restart and lift the quarantine' : 'Restart')}
      </div>
      {why.value && <p role="alert" class="field-problem">{why.value}</p>}
    </div>
  );
}

function Problems({plugin}: {plugin: Plugin}) {
  if (plugin.diagnostics.length === 0) return null;
  return (
    <Section title="Problems">
      <ul class="diagnostics">
        {plugin.diagnostics.map((one, i) => (
          <li key={i} class={one.severity}>
            <strong>{one.severity === 'error' ? 'Error' : 'Warning'}: {diagnosticTitle(one)}</strong>
            <p>{one.message}</p>
            <code>{one.code}</code>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Allowed({plugin}: {plugin: Plugin}) {
  const lines = permissionLines(plugin.permissions);
  return (
    <Section title="What it may do">
      {lines.length > 0 ? <ul class="plain-list">{lines.map((line, i) => <li key={i}>{line}</li>)}</ul> : <p>Nothing beyond its own folder.</p>}
      <p class={plugin.isolation === 'sandbox' ? 'quiet' : 'caution'}>{confinement(plugin)}</p>
    </Section>
  );
}

function Provided({plugin}: {plugin: Plugin}) {
  const kinds = new Map<string, string[]>();
  for (const {kind, id} of plugin.capabilities) kinds.set(kind, [...kinds.get(kind) ?? [], id]);
  return (
    <Section title="What it provides">
      {kinds.size === 0 ? <p class="quiet">Nothing is known yet; some plugins say it only when they have started.</p>
        : <Facts facts={[...kinds].map(([kind, ids]) => [kindOf(kind), ids.join(', ')] as const)} />}
    </Section>
  );
}

function ProcessFacts({process}: {process: Process}) {
  return (
    <Section title="Process">
      <Facts facts={[
        ['Memory', bytes(process.memoryBytes)],
        ['CPU time', uptime(process.cpuMs)],
        ['Up for', uptime(process.upMs)],
        ['Crashes', String(process.crashes)],
        ['Process id', String(process.pid)],
        ['Shared with', process.sharedWith.join(', ')],
      ]} />
    </Section>
  );
}

/** Everything that is known of one plugin, and everything that can be done to it. */
export function PluginDetail({plugin}: {plugin: Plugin}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <article class="plugin">
      <a class="back" href={pluginsAddress()} onClick={event => follow(event)}>All plugins</a>
      <header class="plugins-head">
        <h2 ref={heading} tabIndex={-1}>{plugin.name} <span class="version-tag">{plugin.version}</span></h2>
        <Switch plugin={plugin} />
      </header>
      {plugin.description && <p class="plugin-about">{plugin.description}</p>}
      <Actions plugin={plugin} />
      <Problems plugin={plugin} />
      <Section title="Where it comes from">
        <Facts facts={[
          ['Id', plugin.id],
          ['Origin', originOf(plugin.origin)],
          ['Trust', trustOf(plugin.trust)],
          ['Runs', isolationOf(plugin.isolation)],
          ['Made of', runtimeOf(plugin.runtime)],
        ]} />
      </Section>
      <Allowed plugin={plugin} />
      <Provided plugin={plugin} />
      {plugin.process && <ProcessFacts process={plugin.process} />}
      {plugin.configSchema && <Section title="Settings"><SettingsForm plugin={plugin} schema={plugin.configSchema} /></Section>}
      <PluginLog id={plugin.id} />
    </article>
  );
}
