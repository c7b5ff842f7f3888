// The handlers of one plugin, by point.

import { stringOf } from '../json.js';

export type Handler = (event: unknown, context: unknown) => unknown;

export interface HookHandler {
  handler: Handler;
  priority: number;
  timeoutMs: number | undefined;
  /** Tools that the handler is for; all when none. */
  tools: string[] | undefined;
  /** What sets a run off, for which the handler is; all when none. */
  triggers: string[] | undefined;
  /** Runs after the others, and may only add context. */
  late: boolean;
  order: number;
  /** The name under which it was registered, when that is an older one. */
  alias: string | undefined;
}

export interface HookOptions {
  priority?: unknown;
  timeoutMs?: unknown;
  matcher?: unknown;
  eligibleTriggers?: unknown;
  requiresToolAuthority?: unknown;
}

let registered = 0;

/** Tool ids of a matcher: a non-empty list, nothing else counts. */
export function toolsOf(matcher: unknown): string[] | undefined {
  const list = (matcher as { tools?: unknown } | undefined)?.tools ?? (matcher as { toolNames?: unknown } | undefined)?.toolNames ?? matcher;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return list.flatMap((tool) => stringOf(tool) ?? []);
}

export class HookHandlers {
  readonly #points = new Map<string, HookHandler[]>();

  /** True when it is the point's first. */
  add(point: string, handler: Handler, options: HookOptions = {}, alias?: string): boolean {
    const { priority, timeoutMs } = options;
    const entry: HookHandler = {
      handler,
      priority: typeof priority === 'number' && Number.isFinite(priority) ? priority : 0,
      timeoutMs: typeof timeoutMs === 'number' && timeoutMs > 0 ? timeoutMs : undefined,
      tools: toolsOf(options.matcher),
      triggers: Array.isArray(options.eligibleTriggers) ? options.eligibleTriggers.map(String) : undefined,
      late: options.requiresToolAuthority === true,
      order: registered++,
      alias,
    };
    const list = this.#points.get(point);
    if (list === undefined) this.#points.set(point, [entry]);
    else list.push(entry);
    return list === undefined;
  }

  of(point: string): readonly HookHandler[] {
    return this.#points.get(point) ?? [];
  }

  get points(): string[] {
    return [...this.#points.keys()];
  }

  clear(): void {
    this.#points.clear();
  }
}
