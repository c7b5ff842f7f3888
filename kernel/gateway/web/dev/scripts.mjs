// What the scripted model says, by a word in the message. Shared by the mock gateway and by the browser tests, where
// the same answers come from a fake model service behind the real gateway.

const kTour = `I can **read files**, tell the time and keep notes.

1. Ask me about your workspace
2. Let me \`grep\` through it
3. Stop me with *Esc* whenever you like

| tool | reads | writes |
| --- | :-: | ---: |
| \`read_file\` | yes | 0 |
| \`write_file\` | no | 12 |

\`\`\`cpp
// The loop owns all of its state.
Task<int> answer(std::string question) {
  auto found = co_await ask(question);   // "forty-two"
  co_return found.value_or(42);
}
\`\`\`

> Everything here runs on your own machine. See [the documentation](https://example.org/docs).

- [x] started
- [ ] told a friend
`;

export const kHostile = `# Hostile

<script>window.__pwned = 'script'</script>
<img src=x onerror="window.__pwned='img'">

inline <img src=x onerror="window.__pwned='inline'"> and <svg onload="window.__pwned='svg'"></svg>

<iframe srcdoc="<script>parent.__pwned='frame'</script>"></iframe>
<style>body{display:none}</style>
<math><mtext><table><mglyph><style><img src=x onerror="window.__pwned='mxss'"></style></mglyph></table></mtext></math>
<details open ontoggle="window.__pwned='toggle'"><summary>x</summary></details>
<form action="https://evil.example/"><button>go</button></form>

[js](javascript:window.__pwned='link') [tab](java&#x09;script:window.__pwned='tab') [data](data:text/html,<script>1</script>)
[vb](vbscript:x) [file](file:///etc/passwd) [rel](/api/sessions) [ok](https://example.org/ok) [mail](mailto:a@example.org)
<javascript:window.__pwned='auto'> https://example.org/auto

![pixel](https://evil.example/pixel.png) ![data](data:image/svg+xml,<svg/onload=1>)

\`\`\`html"><script>window.__pwned='fence'</script>
<script>window.__pwned = 'code'</script>
\`\`\`

| <script>window.__pwned='cell'</script> |
| --- |
| <img src=x onerror=window.__pwned='td'> |

&lt;script&gt;window.__pwned='entity'&lt;/script&gt; end of hostile
`;

function long(words) {
  return Array.from({length: words}, (_, i) => i % 60 === 59 ? `end of paragraph ${(i + 1) / 60}.\n\n` : `word${i + 1} `).join('');
}

/** Steps: {text}, {reasoning}, {tool: {name, arguments, result, status}}, {error}; `pauseMs` slows every piece down. */
export function scriptFor(message) {
  const text = message.toLowerCase();
  if (text.includes('time')) {
    return [{tool: {name: 'current_time', arguments: {zone: 'local'}, result: new Date().toString(), status: 'completed'}},
      {text: `It is **${new Date().toLocaleTimeString('en-GB')}** here.`}];
  }
  if (text.includes('files')) {
    return [{text: 'Let me look.'},
      {tool: {name: 'list_files', arguments: {path: '.', depth: 2}, result: 'AGENTS.md\nSOUL.md\nnotes/\nnotes/2026-11-21.md', status: 'completed'}},
      {tool: {name: 'read_file', arguments: {path: '/etc/shadow'}, result: 'outside the workspace', status: 'blocked'}},
      {tool: {name: 'read_file', arguments: {path: 'missing.md'}, result: 'no such file', status: 'failed'}},
      {text: 'Your workspace holds `AGENTS.md`, `SOUL.md` and a folder of notes.'}];
  }
  if (text.startsWith('quick')) return [{text: kTour, pauseMs: 0}];
  if (text.includes('slowly')) return [{text: long(3000), pauseMs: 30}];
  if (text.includes('long')) return [{text: long(1200)}];
  if (text.includes('hostile')) return [{text: kHostile}];
  if (text.includes('fail')) return [{text: 'I begin, '}, {error: 'the model service closed the connection; try again in a moment'}];
  if (text.includes('think')) return [{reasoning: 'The person wants to see how thinking looks.\nSo let me think.'}, {text: 'I thought about it.'}];
  return [{reasoning: 'A tour is a good answer.'}, {text: kTour}];
}

/** Pieces of a few characters, as a model sends them. */
export function* pieces(text, size = 7) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
