// What the gateway says about skills, read with distrust: names, texts, commands and findings come from strangers.

import {isObject, shown, type JsonObject} from '../plugins/shapes.ts';

export interface Unmet {need: string; what: string; message: string}
/** `shown`: exactly what would be done; '' with a `problem`: nothing can be. */
export interface Installer {id: string; label: string; shown: string; warnings: string[]; problem: string}
/** `accept`: what a person would accept; '': nothing can be. */
export interface Withheld {reason: string; verdict: string; accept: string}

export interface Skill {
  name: string;
  key: string;
  description: string;
  source: string;
  path: string;
  emoji: string;
  homepage: string;
  command: string;
  reason: string;
  eligible: boolean;
  disabled: boolean;
  accepted: boolean;
  modelInvocable: boolean;
  primaryEnv: string;
  hasKey: boolean;
  env: string[];
  envSet: string[];
  unmet: Unmet[];
  install: Installer[];
  notes: string[];
  withheld: Withheld | null;
}

export interface Problem {path: string; message: string}
export interface Finding {severity: string; message: string; file: string; line: number; excerpt: string}
export interface Report {verdict: string; findings: Finding[]; unsearched: number}
export interface Found {reference: string; name: string; summary: string; version: string; downloads: number; unscanned: boolean}
export interface Candidate {
  reference: string;
  slug: string;
  owner: string;
  version: string;
  name: string;
  description: string;
  finding: string;
  overview: string;
  reasons: string[];
  scan: Report;
  notes: string[];
  doubts: string[];
  refusal: string;
  content: string;
  path: string;
  replaces: boolean;
  versionBefore: string;
}
export interface Done {ok: boolean; message: string; output: string}

const kListMax = 500;
const objectOf = (value: unknown): JsonObject => isObject(value) ? value : {};
const listOf = (value: unknown): JsonObject[] => Array.isArray(value) ? value.slice(0, kListMax).map(objectOf) : [];
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.slice(0, kListMax).flatMap(one => typeof one === 'string' ? [shown(one)] : []) : [];
const numberOf = (value: unknown): number => typeof value === 'number' && Number.isFinite(value) ? value : 0;
/** What is sent back has to be what came. */
const exact = (value: unknown): string => typeof value === 'string' ? value : '';

function readWithheld(value: unknown): Withheld | null {
  if (!isObject(value)) return null;
  return {reason: shown(value.reason), verdict: shown(value.verdict, 60), accept: /^sha256:[0-9a-f]{64}$/.test(exact(value.accept)) ? exact(value.accept) : ''};
}

/** Null for what has no name; everything else that is missing reads as empty. */
export function readSkill(value: unknown): Skill | null {
  const from = objectOf(value);
  const name = exact(from.name);
  if (!name) return null;
  return {
    name,
    key: exact(from.skillKey) || name,
    description: shown(from.description),
    source: shown(from.source, 60),
    path: shown(from.filePath),
    emoji: shown(from.emoji, 8),
    homepage: /^https?:\/\//.test(exact(from.homepage)) ? exact(from.homepage) : '',
    command: shown(from.command, 60),
    reason: shown(from.reason),
    eligible: from.eligible === true,
    disabled: from.disabled === true,
    accepted: from.accepted === true,
    modelInvocable: from.modelInvocable !== false,
    primaryEnv: shown(from.primaryEnv, 120),
    hasKey: from.hasApiKey === true,
    env: textsOf(objectOf(from.requirements).env),
    envSet: textsOf(from.envSet),
    unmet: listOf(from.unmet).map(one => ({need: shown(one.need, 60), what: shown(one.what, 200), message: shown(one.message)})),
    install: listOf(from.install).map(one => ({id: exact(one.id), label: shown(one.label, 200) || shown(one.kind, 60), shown: exact(one.shown),
      warnings: textsOf(one.warnings), problem: shown(one.problem)})),
    notes: textsOf(from.notes),
    withheld: readWithheld(from.withheld),
  };
}

export function readSkills(value: unknown): {skills: Skill[]; problems: Problem[]} {
  const from = objectOf(value);
  return {
    skills: (Array.isArray(from.skills) ? from.skills : []).flatMap(one => readSkill(one) ?? []),
    problems: listOf(from.problems).map(one => ({path: shown(one.path), message: shown(one.message)})),
  };
}

export function readReport(value: unknown): Report {
  const from = objectOf(value);
  return {
    verdict: shown(from.verdict, 60),
    findings: listOf(from.findings).map(one => ({severity: shown(one.severity, 20), message: shown(one.message), file: shown(one.file, 300),
      line: numberOf(one.line), excerpt: exact(one.excerpt).slice(0, 400)})),
    unsearched: listOf(from.unsearched).length,
  };
}

export function readFound(value: unknown): Found[] {
  return listOf(objectOf(value).results).flatMap(one => {
    const reference = exact(one.reference);
    if (!reference) return [];
    return [{reference, name: shown(one.displayName, 120) || shown(one.slug, 120), summary: shown(one.summary, 500), version: shown(one.version, 60),
      downloads: numberOf(one.downloads), unscanned: one.unscanned === true}];
  });
}

export function readCandidate(value: unknown): Candidate {
  const from = objectOf(value);
  const verdict = objectOf(from.verdict);
  return {
    reference: exact(from.reference),
    slug: shown(from.slug, 120),
    owner: shown(from.ownerHandle, 120),
    version: shown(from.version, 60),
    name: shown(from.name, 120),
    description: shown(from.description),
    finding: shown(verdict.finding, 60),
    overview: shown(verdict.overview),
    reasons: textsOf(verdict.reasons),
    scan: readReport(from.scan),
    notes: textsOf(from.notes),
    doubts: textsOf(from.doubts),
    refusal: shown(from.refusal),
    content: exact(from.content),
    path: shown(from.targetDir),
    replaces: from.replaces === true,
    versionBefore: shown(from.versionBefore, 60),
  };
}

export function readDone(value: unknown): Done {
  const from = objectOf(value);
  return {ok: from.ok === true, message: shown(from.message), output: exact(from.stdout).slice(-8000)};
}
