// Modules that are loaded when they are first used.

type Load<T> = (() => Promise<T>) & { peek(): Promise<T> | undefined; clear(): void };

/** What `select` makes of a module, once; a failure is kept, too. */
export function createLazyRuntimeSurface<M, T>(importer: () => Promise<M>, select: (module: M) => T): Load<T> {
  let loading: Promise<T> | undefined;
  const load = () => (loading ??= importer().then(select));
  return Object.assign(load, { peek: () => loading, clear: () => {
    loading = undefined;
  } });
}
export const createLazyRuntimeModule = <M>(importer: () => Promise<M>): Load<M> => createLazyRuntimeSurface(importer, (module) => module);
export const createLazyRuntimeNamedExport = <M, K extends keyof M>(importer: () => Promise<M>, name: K): Load<M[K]> => createLazyRuntimeSurface(importer, (module) => module[name]);
export const createLazyRuntimeMethod = <S>(load: () => Promise<S>, select: (surface: S) => (...given: any[]) => unknown) =>
  async (...given: unknown[]): Promise<unknown> => select(await load())(...given);
