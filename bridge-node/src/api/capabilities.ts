// Registrars whose contract is many small functions: the kernel calls them by path (capability.invoke). One row each.

import type { Plugin } from '../plugin/plugin.js';
import { survey } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

type Arguments = readonly unknown[];

interface Row {
  kind: string;
  /** Begins the id where several registrars share a kind. */
  role?: string;
  /** How the registrar speaks of what it takes. */
  noun: string;
  /** Functions that the object must have. */
  needs?: string[];
  /** Own sentence for a registration without them; `id` may be missing. */
  refusal?: (id: string | undefined) => string;
  /** The list of the manifest's contracts that should name the id. */
  contract?: string;
  /** The object itself is a function. */
  single?: boolean;
  /** A function of a context may stand for the object: the list of the manifest's contracts that has its id. */
  factory?: string;
}

/** A function that makes the object when it is first called. */
export class Made {
  readonly #make: (context: Json) => unknown;
  #value: Promise<unknown> | undefined;

  constructor(make: (context: Json) => unknown) {
    this.#make = make;
  }

  get(context: Json): Promise<unknown> {
    this.#value ??= Promise.resolve(this.#make(context));
    this.#value.catch(() => {
      this.#value = undefined;
    });
    return this.#value;
  }
}

const ROWS: Record<string, Row> = {
  registerHostedMediaResolver: { kind: 'media', role: 'hosted', noun: 'hosted media resolver', single: true,
    refusal: () => 'hosted media resolver registration missing resolver' },
  registerEmbeddingProvider: { kind: 'embeddings', noun: 'embedding provider', needs: ['create'], contract: 'embeddingProviders' },
  registerMemoryEmbeddingProvider: { kind: 'embeddings', noun: 'embedding provider', needs: ['create'] },
  registerSpeechProvider: { kind: 'speech', noun: 'speech provider', factory: 'speechProviders' },
  registerRealtimeTranscriptionProvider: { kind: 'speech', role: 'transcription', noun: 'realtime transcription provider', factory: 'realtimeTranscriptionProviders' },
  registerRealtimeVoiceProvider: { kind: 'speech', role: 'voice', noun: 'realtime voice provider', factory: 'realtimeVoiceProviders' },
  registerMediaUnderstandingProvider: { kind: 'media', role: 'understanding', noun: 'media understanding provider' },
  registerTranscriptSourceProvider: { kind: 'media', role: 'transcript_source', noun: 'transcript source provider' },
  registerImageGenerationProvider: { kind: 'media', role: 'image', noun: 'image generation provider' },
  registerVideoGenerationProvider: { kind: 'media', role: 'video', noun: 'video generation provider' },
  registerMusicGenerationProvider: { kind: 'media', role: 'music', noun: 'music generation provider' },
  registerWebSearchProvider: { kind: 'web_search', noun: 'web search provider' },
  registerWebFetchProvider: { kind: 'web_search', role: 'fetch', noun: 'web fetch provider' },
  registerCompactionProvider: { kind: 'context_engine', role: 'compaction', noun: 'compaction provider', needs: ['summarize'],
    refusal: (id) => `compaction provider "${id ?? ''}" registration missing summarize` },
  registerMemoryPromptSupplement: { kind: 'memory', role: 'prompt_supplement', noun: 'memory prompt supplement', single: true,
    refusal: () => 'memory prompt supplement registration missing builder' },
  registerMemoryPromptPreparation: { kind: 'memory', role: 'prompt_preparation', noun: 'memory prompt preparation', single: true,
    refusal: () => 'memory prompt preparation registration missing prepare function' },
  registerMemoryCorpusSupplement: { kind: 'memory', role: 'corpus_supplement', noun: 'memory corpus supplement' },
  registerMemoryPromptSection: { kind: 'memory', role: 'prompt_section', noun: 'memory prompt section', single: true },
  registerMemoryFlushPlan: { kind: 'memory', role: 'flush_plan', noun: 'memory flush plan', single: true },
  registerMemoryRuntime: { kind: 'memory', role: 'runtime', noun: 'memory runtime' },
  registerMemoryCapability: { kind: 'memory', role: 'capability', noun: 'memory capability' },
};

function refuse(plugin: Plugin, message: string): void {
  plugin.diagnostics.warn('invalid_registration', message);
}

function checkContract(plugin: Plugin, row: Row, id: string): void {
  if (row.contract === undefined) return;
  const declared = (plugin.manifest.contracts as Json | undefined)?.[row.contract];
  if (Array.isArray(declared) && declared.includes(id)) return;
  plugin.diagnostics.warn('contract_not_declared', `plugin must declare contracts.${row.contract} for adapter: ${id}`);
}

function add(plugin: Plugin, row: Row, id: string, value: unknown, descriptor: Json): void {
  const full = row.role === undefined ? id : `${row.role}/${id}`;
  const role = row.role === undefined ? {} : { role: row.role };
  plugin.register({ kind: row.kind, id: full, descriptor: { ...descriptor, ...role }, value }, row.noun);
}

function register(plugin: Plugin, row: Row, given: unknown): void {
  const id = stringOf((given as Json | null)?.id);
  if (row.factory && isFunction(given)) {
    const declared = (plugin.manifest.contracts as Json | undefined)?.[row.factory];
    const name = Array.isArray(declared) ? stringOf(declared[0]) : undefined;
    add(plugin, row, name ?? stringOf(given.name) ?? plugin.id, new Made(given), { made: true });
    return;
  }
  if (row.single ? !isFunction(given) : !isObject(given)) {
    refuse(plugin, row.refusal?.(id) ?? `${row.noun} registration missing its ${row.single ? 'function' : 'object'}`);
    return;
  }
  const missing = row.needs?.some((name) => !isFunction((given as Json)[name]));
  if (missing) {
    refuse(plugin, row.refusal?.(id) ?? `${row.noun} "${id ?? ''}" registration missing ${row.needs!.join(', ')}`);
    return;
  }
  const name = id ?? (row.kind === 'memory' || row.single ? plugin.id : undefined);
  if (name === undefined) {
    refuse(plugin, `${row.noun} registration missing id`);
    return;
  }
  checkContract(plugin, row, name);
  add(plugin, row, name, given, survey(given));
}

function registerContextEngine(plugin: Plugin, given: unknown, factory: unknown): void {
  const id = stringOf(given);
  if (id === undefined) refuse(plugin, 'context engine registration missing id');
  else if (!isFunction(factory)) refuse(plugin, `context engine "${id}" registration missing factory`);
  else add(plugin, { kind: 'context_engine', noun: 'context engine' }, id, new Made(factory), { made: true });
}

export const CAPABILITY_REGISTRARS: Record<string, (plugin: Plugin, ...args: Arguments) => void> = {
  ...Object.fromEntries(Object.entries(ROWS).map(([name, row]) => [name, (plugin: Plugin, given: unknown) => register(plugin, row, given)])),
  registerContextEngine,
};
