// The skills as the gateway knows them, and what a person does to them. Asked again when the gateway says that they have
// changed, and now and then while the view is open.

import {effect, signal} from '@preact/signals';
import {ApiError, getSkillReport, getSkills, postSkills, searchClawhub} from '../api.ts';
import {say, unauthorized} from '../notices.ts';
import {skillsChanged} from './changed.ts';
import {readCandidate, readDone, readFound, readReport, readSkills, type Candidate, type Done, type Found, type Installer, type Problem, type Report, type Skill} from './shapes.ts';

const kEveryMs = 15_000;
const kInstallMs = 330_000;
const kFetchMs = 120_000;

export const skills = signal<readonly Skill[] | null>(null);
export const problems = signal<readonly Problem[]>([]);
export const trouble = signal('');
/** "NAME action" of what is under way, else ''. One thing at a time. */
export const busy = signal('');
/** What is typed above the list; kept while one skill is looked at. */
export const sought = signal('');

let asked = 0; // an answer that another question has overtaken is not shown

export async function refresh(): Promise<void> {
  const mine = ++asked;
  try {
    const read = readSkills(await getSkills());
    if (mine !== asked) return;
    skills.value = read.skills;
    problems.value = read.problems;
    trouble.value = '';
  } catch (error) {
    if (mine !== asked) return;
    trouble.value = explain(error);
  }
}

function explain(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) unauthorized();
  return error instanceof Error ? error.message : String(error);
}

/** Until the returned function is called. */
export function watch(): () => void {
  const look = (): void => {
    if (document.visibilityState === 'visible' && !busy.peek()) void refresh();
  };
  const timer = setInterval(look, kEveryMs);
  let first = true;
  const stop = effect(() => {
    if (skillsChanged.value >= 0 && !first) look();
    first = false;
  });
  void refresh();
  return () => {
    clearInterval(timer);
    stop();
  };
}

async function during<T>(what: string, action: () => Promise<T>): Promise<{value: T | null; why: string}> {
  if (busy.value) return {value: null, why: 'Something else is still under way.'};
  busy.value = what;
  try {
    return {value: await action(), why: ''};
  } catch (error) {
    return {value: null, why: explain(error)};
  } finally {
    busy.value = '';
    await refresh();
  }
}

export interface Settings {enabled?: boolean; apiKey?: string; env?: Record<string, string>; accept?: string}

/** '' when it was done, else why not. */
export async function set(skill: Skill, settings: Settings, said: string): Promise<string> {
  const {why} = await during(`${skill.name} set`, () => postSkills('update', {skillKey: skill.key, ...settings}));
  if (!why) say(said);
  return why;
}

export async function installNeed(skill: Skill, installer: Installer): Promise<{done: Done | null; why: string}> {
  const {value, why} = await during(`${skill.name} install`, () =>
    postSkills('install', {name: skill.name, installId: installer.id, approved: installer.shown}, kInstallMs));
  return {done: value === null ? null : readDone(value), why};
}

async function asking<T>(question: () => Promise<T>): Promise<{value: T | null; why: string}> {
  try {
    return {value: await question(), why: ''};
  } catch (error) {
    return {value: null, why: explain(error)};
  }
}

export const reportOf = (name: string): Promise<{value: Report | null; why: string}> =>
  asking(async () => readReport(await getSkillReport(name)));
export const search = (text: string): Promise<{value: Found[] | null; why: string}> =>
  asking(async () => readFound(await searchClawhub(text, kFetchMs)));
export const lookAt = (reference: string): Promise<{value: Candidate | null; why: string}> =>
  asking(async () => readCandidate(await postSkills('install', {source: 'clawhub', reference, dryRun: true}, kFetchMs)));

export async function installFound(candidate: Candidate): Promise<string> {
  const {reference, version, content, replaces} = candidate;
  const {why} = await during(`${reference} install`, () =>
    postSkills('install', {source: 'clawhub', reference, version, approved: content, force: replaces}, kFetchMs));
  if (!why) say(`${candidate.name || candidate.slug} is installed.`);
  return why;
}
