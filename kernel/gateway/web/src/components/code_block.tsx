import {highlight} from '../highlight.ts';
import {CopyButton} from './copy_button.tsx';
import {Revealed} from './revealed.tsx';

/** A block of code with its language, a copy button and modest colours. */
export function CodeBlock({code, language}: {code: string; language: string}) {
  return (
    <figure class="code-block">
      <figcaption>
        <span>{language || 'text'}</span>
        <CopyButton label="Copy code" text={() => code} />
      </figcaption>
      <pre tabIndex={0}><code>{highlight(code, language).map((span, i) =>
        span.kind ? <span key={i} class={`hl-${span.kind}`}><Revealed text={span.text} /></span> : <Revealed key={i} text={span.text} />)}</code></pre>
    </figure>
  );
}
