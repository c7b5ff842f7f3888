import type {Report} from '../../skills/shapes.ts';
import {placeOf} from '../../skills/words.ts';
import {Revealed} from '../revealed.tsx';

const kGrave = new Set(['critical', 'high']);

/** What a scan found: each with its place and the line itself. */
export function Findings({report}: {report: Report}) {
  return (
    <>
      {report.findings.length > 0 &&
        <ul class="diagnostics">
          {report.findings.map((one, i) => (
            <li key={i} class={kGrave.has(one.severity) ? 'error' : 'warning'}>
              <strong>{one.message}</strong>
              <p><code>{placeOf(one)}</code></p>
              {one.excerpt && <pre class="excerpt"><Revealed text={one.excerpt} /></pre>}
            </li>
          ))}
        </ul>}
      {report.unsearched > 0 &&
        <p class="quiet">{report.unsearched === 1 ? 'One file could' : `${report.unsearched} files could`} not be searched; nothing is said about that.</p>}
    </>
  );
}
