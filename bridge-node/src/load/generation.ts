// A plugin that is started again gets its modules anew: their addresses carry the number of the start.

export const GENERATION = 'generation';

const starts = new Map<string, number>();

/** 1 for the first start of an entry in this process. */
export function nextGeneration(entry: string): number {
  const generation = (starts.get(entry) ?? 0) + 1;
  starts.set(entry, generation);
  return generation;
}

export function generationOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new RegExp(`[?&]${GENERATION}=(\\d+)`).exec(url)?.[1];
}
