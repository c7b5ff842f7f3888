import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {openSkills, skillsAddress} from '../../route.ts';
import type {Installer, Skill} from '../../skills/shapes.ts';
import {sourceOf} from '../../skills/words.ts';
import {InstallDialog, SkillInstallers} from './skill_installers.tsx';
import {SkillSettings} from './skill_settings.tsx';
import {SkillSwitch} from './skill_switch.tsx';
import {stay, StateBadge} from './skills_view.tsx';
import {WithheldPart} from './withheld_part.tsx';

export function Part({title, children}: {title: string; children: ComponentChildren}) {
  return <section class="plugin-part"><h3>{title}</h3>{children}</section>;
}

function Lacks({skill, choose}: {skill: Skill; choose: (installer: Installer) => void}) {
  if (skill.unmet.length === 0) return null;
  return (
    <Part title="What it lacks">
      <ul class="plain-list">{skill.unmet.map((one, i) => <li key={i}>{one.message}</li>)}</ul>
      <SkillInstallers skill={skill} choose={choose} />
    </Part>
  );
}

function About({skill}: {skill: Skill}) {
  const facts: [string, ComponentChildren][] = [['From', sourceOf(skill.source)], ['File', skill.path]];
  if (skill.command) facts.push(['Command', <code>/{skill.command}</code>]);
  if (!skill.modelInvocable) facts.push(['Used', 'Only by its command; the model does not see it']);
  if (skill.homepage) facts.push(['Homepage', <a href={skill.homepage} target="_blank" rel="noopener noreferrer nofollow">{skill.homepage}</a>]);
  return (
    <Part title="Where it comes from">
      <dl class="facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </Part>
  );
}

/** Everything that is known of one skill, and everything that can be done to it. */
export function SkillDetail({skill}: {skill: Skill}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const chosen = useSignal<Installer | null>(null); // it stays open when the skill has what it lacked
  useEffect(() => {
    if (!chosen.value && document.activeElement === document.body) heading.current?.focus();
  }, [chosen.value]);
  useEffect(() => heading.current?.focus(), []);
  const hasSettings = skill.primaryEnv !== '' || skill.env.length > 0 || skill.envSet.length > 0;
  return (
    <article class="plugin">
      <a class="back" href={skillsAddress()} onClick={event => stay(event, openSkills)}>All skills</a>
      <header class="plugins-head">
        <h2 ref={heading} tabIndex={-1}>{skill.name}</h2>
        <SkillSwitch skill={skill} />
      </header>
      <p class="plugin-about">{skill.description}</p>
      <p class="plugin-marks"><StateBadge skill={skill} />{!skill.eligible && skill.unmet.length === 0 && !skill.withheld && <span>{skill.reason}</span>}</p>
      <WithheldPart skill={skill} />
      <Lacks skill={skill} choose={installer => chosen.value = installer} />
      {hasSettings && <Part title="Settings"><SkillSettings skill={skill} /></Part>}
      <About skill={skill} />
      {skill.notes.length > 0 &&
        <Part title="What OpenClaw would pass over"><ul class="plain-list">{skill.notes.map((note, i) => <li key={i}>{note}</li>)}</ul></Part>}
      {chosen.value && <InstallDialog skill={skill} installer={chosen.value} onClose={() => chosen.value = null} />}
    </article>
  );
}
