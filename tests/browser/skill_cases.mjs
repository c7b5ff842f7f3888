// Skills as a gateway describes them, in the states that a person can meet, and an API of them that answers in the page's
// place: installers that would change the machine, and verdicts about strangers' work, are had only so.

export const skill = (name, changes = {}) => ({
  name, skillKey: name, displayName: name, description: `What ${name} does. Use when asked.`, source: 'openclaw-workspace', filePath: `/w/skills/${name}/SKILL.md`,
  baseDir: `/w/skills/${name}`, eligible: true, disabled: false, accepted: false, hasApiKey: false, envSet: [], modelInvocable: true, userInvocable: true,
  requirements: {bins: [], anyBins: [], env: [], config: [], os: []}, unmet: [], install: [], notes: [], command: name.replaceAll('-', '_'), ...changes,
});

export const kHash = `sha256:${'ab'.repeat(32)}`;
const kReport = {verdict: 'malicious', score: 165, files: 2, unsearched: [{file: 'a.bin', reason: 'binary'}], findings: [
  {rule: 'encoded-to-shell', severity: 'critical', message: 'Encoded text is decoded straight into a shell.', file: 'SKILL.md', line: 12, excerpt: 'echo Y3Vy\u200bbA== | base64 -D | bash'},
  {rule: 'requirement-phrase', severity: 'medium', message: 'The skill is said to be useless before something else is installed and run.', file: 'SKILL.md', line: 8, excerpt: 'must be installed before using this skill'}]};

export const kSkills = () => [
  skill('github', {source: 'openclaw-bundled', emoji: '🐙', eligible: false, command: undefined, homepage: 'https://cli.github.com/manual/', primaryEnv: 'GH_TOKEN',
    requirements: {bins: ['gh'], anyBins: [], env: [], config: [], os: []}, reason: 'gh is not on PATH',
    unmet: [{need: 'bin', what: 'gh', message: 'gh is not on PATH: install it'}],
    install: [{id: 'brew', kind: 'brew', label: 'Install the GitHub CLI (Homebrew)', bins: ['gh'], problem: 'Homebrew is not here'},
      {id: 'apt', kind: 'apt', label: 'Install gh (Debian)', bins: ['gh'], shown: 'apt-get install --yes gh', warnings: ['It installs for the whole machine.']}]}),
  skill('helpful-installer', {eligible: false, command: undefined, reason: 'it hides a payload', withheld: {reason: 'Encoded text is decoded straight into a shell (SKILL.md:12)', verdict: 'malicious',
    rule: 'encoded-to-shell', message: 'Encoded text is decoded straight into a shell.', file: 'SKILL.md', line: 12, accept: kHash}}),
  skill('homeassistant-operator', {source: 'openclaw-bundled', eligible: false, command: undefined, primaryEnv: 'HASS_TOKEN', hasApiKey: true, reason: 'HASS_URL is not set',
    requirements: {bins: ['python3'], anyBins: [], env: ['HASS_URL', 'HASS_TOKEN'], config: [], os: []}, unmet: [{need: 'env', what: 'HASS_URL', message: 'HASS_URL is not set: give it in the settings of the skill'}]}),
  skill('quiet', {disabled: true, eligible: false, command: undefined, reason: 'it is switched off', unmet: [{need: 'enabled', what: 'quiet', message: 'it is switched off'}]}),
  skill('weather', {source: 'openclaw-bundled', emoji: '🌦️', notes: ['metadata names "macos", which is never true']}),
];

export const kFound = [
  {slug: 'tide', ownerHandle: 'ann', displayName: 'Tide tables', summary: 'High and low water.', version: '1.2.0', reference: '@ann/tide', downloads: 12345, unscanned: false},
  {slug: 'waves', ownerHandle: 'bob', displayName: 'Waves', summary: 'Height of waves.', version: '0.1.0', reference: '@bob/waves', downloads: 0, unscanned: true},
  {slug: 'wreck', ownerHandle: 'eve', displayName: 'Wreck', summary: 'Free treasure.', version: '6.6.6', reference: '@eve/wreck', downloads: 3, unscanned: false},
];
const clean = {verdict: 'clean', score: 0, files: 1, findings: [], unsearched: []};
const candidate = (slug, changes) => ({ok: false, dryRun: true, installed: false, slug, ownerHandle: 'ann', version: '1.2.0', reference: `@ann/${slug}`, name: slug, description: `What ${slug} does.`,
  verdict: {finding: 'clean', status: 'clean', reasons: [], overview: '', auditUrl: ''}, scan: clean, notes: [], doubts: [], content: kHash, targetDir: `/w/skills/${slug}`,
  replaces: false, versionBefore: '', ...changes});
export const kCandidates = {
  '@ann/tide': candidate('tide', {}),
  '@bob/waves': candidate('waves', {ownerHandle: 'bob', reference: '@bob/waves', verdict: {finding: 'review', status: 'suspicious', reasons: ['env'], overview: 'Reads variables.', auditUrl: ''},
    scan: {...kReport, verdict: 'suspicious'}, doubts: ['ClawHub calls it suspicious', 'the scan found something'], notes: ['skill.md was renamed to SKILL.md']}),
  '@eve/wreck': candidate('wreck', {ownerHandle: 'eve', reference: '@eve/wreck', verdict: {finding: 'blocked', status: 'malicious', reasons: ['malware'], overview: '', auditUrl: ''}, refusal: 'ClawHub has blocked it'}),
};

/** Answers /api/skills of the pages of `context`. `asked` holds what came, `refuse` what a POST is answered with. */
export class SkillsApi {
  skills = kSkills();
  problems = [{kind: 'invalid', path: '/w/skills/broken/SKILL.md', message: 'description is required'}];
  asked = [];
  refuse = null;
  outcome = {ok: true, message: 'gh is there.', stdout: 'Unpacking gh\n', code: 0, missingBins: []};

  #update({skillKey, enabled, apiKey, env, accept}) {
    const found = this.skills.find(one => one.skillKey === skillKey);
    if (enabled !== undefined) Object.assign(found, {disabled: !enabled, eligible: enabled && found.unmet.every(one => one.need === 'enabled')});
    if (apiKey !== undefined) found.hasApiKey = apiKey !== '';
    for (const [name, value] of Object.entries(env ?? {})) {
      found.envSet = [...found.envSet.filter(one => one !== name), ...value ? [name] : []];
      if (value) found.unmet = found.unmet.filter(one => one.what !== name);
    }
    if (accept) Object.assign(found, {accepted: true, eligible: true, withheld: undefined});
    if (accept === '') Object.assign(found, kSkills().find(one => one.skillKey === skillKey), {accepted: false});
    return {ok: true, skillKey, config: {}};
  }

  #install({source, reference, name, dryRun}) {
    if (source === 'clawhub' && dryRun) return kCandidates[reference];
    if (source === 'clawhub') {
      this.skills.push(skill(kCandidates[reference].slug));
      return {...kCandidates[reference], ok: true, installed: true};
    }
    if (this.outcome.ok) Object.assign(this.skills.find(one => one.name === name), {eligible: true, unmet: [], install: []});
    return this.outcome;
  }

  answer = async route => {
    const request = route.request();
    const {pathname, searchParams} = new URL(request.url());
    const action = pathname.split('/')[3];
    const reply = (status, body) => route.fulfill({status, contentType: 'application/json', body: JSON.stringify(body)});
    if (request.method() === 'POST') {
      const body = request.postDataJSON();
      this.asked.push({action, body});
      if (this.refuse) return reply(403, this.refuse);
      return reply(200, action === 'update' ? this.#update(body) : this.#install(body));
    }
    if (action === 'report') return reply(200, kReport);
    if (action === 'search') return reply(200, {results: searchParams.get('query') === 'nothing' ? [] : kFound});
    return reply(200, {version: 1, skills: this.skills, problems: this.problems});
  };

  attach = context => context.route(/\/api\/skills/, this.answer);
}
