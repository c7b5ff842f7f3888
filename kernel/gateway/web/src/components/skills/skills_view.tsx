import {useEffect, useRef} from 'preact/hooks';
import {clawhubAddress, openClawhub, openSkills, skillsAddress} from '../../route.ts';
import type {Skill} from '../../skills/shapes.ts';
import {problems, refresh, skills, sought, trouble, watch} from '../../skills/store.ts';
import {fits, sourceOf, stateOf} from '../../skills/words.ts';
import {PlusIcon} from '../icons.tsx';
import {SkillDetail} from './skill_detail.tsx';
import {SkillSwitch} from './skill_switch.tsx';

/** A click that stays in this page; a new tab is the browser's matter. */
export function stay(event: MouseEvent, open: () => void): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
}

export function StateBadge({skill}: {skill: Skill}) {
  const {word, tone} = stateOf(skill);
  return <span class={`state ${tone}`}>{word}</span>;
}

function Row({skill}: {skill: Skill}) {
  return (
    <li class="plugin-row">
      <div class="plugin-row-text">
        <h3><a href={skillsAddress(skill.name)} onClick={event => stay(event, () => openSkills(skill.name))}>
          {skill.emoji && <span aria-hidden="true">{skill.emoji} </span>}{skill.name}</a></h3>
        <p class="plugin-about">{skill.description}</p>
        <p class="plugin-marks">
          <StateBadge skill={skill} />
          {skill.accepted && <span class="state warn">Accepted by you</span>}
          <span class="quiet">{sourceOf(skill.source)}</span>
        </p>
        {!skill.eligible && !skill.disabled && skill.unmet.length > 0 &&
          <ul class="plain-list quiet lacks">{skill.unmet.map((one, i) => <li key={i}>{one.message}</li>)}</ul>}
      </div>
      <SkillSwitch skill={skill} />
    </li>
  );
}

function NotRead() {
  if (problems.value.length === 0) return null;
  return (
    <section class="plugin-part">
      <h3>Could not be read</h3>
      <ul class="diagnostics">
        {problems.value.map((one, i) => <li key={i} class="warning"><strong>{one.path}</strong><p>{one.message}</p></li>)}
      </ul>
    </section>
  );
}

function List({all}: {all: readonly Skill[]}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const found = all.filter(skill => fits(skill, sought.value));
  const ready = found.filter(skill => skill.eligible).length;
  return (
    <>
      <header class="plugins-head">
        <h2 ref={heading} tabIndex={-1}>Skills</h2>
        <a class="plain-button" href={clawhubAddress()} onClick={event => stay(event, openClawhub)}><PlusIcon />From ClawHub</a>
      </header>
      <div class="skills-search settings">
        <label for="skills-search">Search skills</label>
        <input id="skills-search" type="search" autocomplete="off" spellcheck={false} value={sought.value}
          onInput={event => sought.value = event.currentTarget.value} />
        <p role="status" class="quiet">{found.length === 0 ? 'No skill fits.' : `${found.length} ${found.length === 1 ? 'skill' : 'skills'}, ${ready} ready`}</p>
      </div>
      <ul class="plugin-list">{found.map(skill => <Row key={skill.name} skill={skill} />)}</ul>
      <NotRead />
    </>
  );
}

function Content({id}: {id: string}) {
  const all = skills.value;
  if (!all) {
    return trouble.value
      ? <div class="load-problem"><p role="alert">{trouble.value}</p><button type="button" class="primary" onClick={() => void refresh()}>Try again</button></div>
      : <div class="loading"><span class="spinner" aria-hidden="true" />Loading</div>;
  }
  const skill = all.find(one => one.name === id);
  return (
    <>
      {trouble.value && <p role="alert" class="field-problem">{trouble.value}</p>}
      {id && !skill && <p role="status" class="caution">There is no skill of this name any more.</p>}
      {skill ? <SkillDetail key={id} skill={skill} /> : <List all={all} />}
    </>
  );
}

/** All skills, or one of them. */
export function SkillsView({id}: {id: string}) {
  useEffect(watch, []);
  return (
    <main class="plugins-place">
      <div class="plugins"><Content id={id} /></div>
    </main>
  );
}
