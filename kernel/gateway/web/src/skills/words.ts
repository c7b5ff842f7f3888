// What the gateway's names for things mean to the person who has to decide about a skill.

import type {Tone} from '../plugins/words.ts';
import type {Finding, Skill} from './shapes.ts';

function wordOf(words: Record<string, string>, name: string): string {
  return (Object.hasOwn(words, name) ? words[name] : undefined) ?? name;
}

export function stateOf(skill: Skill): {word: string; tone: Tone} {
  if (skill.withheld) return {word: 'Withheld', tone: 'bad'};
  if (skill.disabled) return {word: 'Off', tone: 'quiet'};
  if (skill.eligible) return {word: 'Ready', tone: 'good'};
  return skill.unmet.length > 0 ? {word: 'Lacks something', tone: 'warn'} : {word: 'Not offered', tone: 'quiet'};
}

export const sourceOf = (name: string): string => wordOf({
  'openclaw-bundled': 'Came with the gateway', 'openclaw-managed': 'Installed for all agents', 'openclaw-workspace': 'The workspace',
  'openclaw-extra': 'A further folder, or a plugin', 'openclaw-workshop': 'Made by the agent', 'openclaw-custodian': 'For the system agent',
  'agents-skills-personal': 'Your own skills', 'agents-skills-project': 'The project in the workspace',
}, name);

export const verdictOf = (name: string): string => wordOf({
  clean: 'Nothing was found in it', suspicious: 'It looks suspicious', malicious: 'It looks malicious',
}, name);

/** What the registry itself says. */
export const findingOf = (name: string): string => wordOf({
  clean: 'ClawHub found nothing', review: 'ClawHub calls it suspicious, or has not judged it yet', blocked: 'ClawHub has blocked it',
  unjudged: 'ClawHub has not looked at it',
}, name);

export const placeOf = ({file, line}: Finding): string => line > 0 ? `${file}, line ${line}` : file;

/** Whether what is typed there is a secret; others may be seen while they are typed. */
export const isSecretName = (name: string): boolean => /(^|_)(key|token|password|secret|credentials?)$/i.test(name);

export function fits(skill: Skill, words: string): boolean {
  const text = `${skill.name} ${skill.description} ${sourceOf(skill.source)}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every(word => text.includes(word));
}
