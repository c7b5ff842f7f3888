// Objects with functions that a plugin has given away: the kernel holds their names and calls them by these.

const HANDLES_MAX = 1024;

export class Handles {
  readonly #objects = new Map<string, object>();
  #next = 1;

  /** The oldest is forgotten when there are too many. */
  add(object: object): string {
    const name = `handle:${this.#next++}`;
    if (this.#objects.size >= HANDLES_MAX) {
      const oldest = this.#objects.keys().next().value;
      if (oldest !== undefined) this.#objects.delete(oldest);
    }
    this.#objects.set(name, object);
    return name;
  }

  find(name: string): object | undefined {
    return this.#objects.get(name);
  }

  remove(name: string): boolean {
    return this.#objects.delete(name);
  }

  clear(): void {
    this.#objects.clear();
  }
}
