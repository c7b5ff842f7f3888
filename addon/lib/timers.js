// chela.timer/1 on Node's timers.

const DELAY_MAX = 2 ** 31 - 1; // Node fires later ones at once

export class Timers {
  #running = new Map();
  #native;

  constructor(native) {
    this.#native = native;
  }

  start(id, delay) {
    const wait = Math.min(delay, DELAY_MAX);
    const expired = () => {
      if (delay > DELAY_MAX) return this.start(id, delay - wait);
      this.#running.delete(id);
      return this.#native()?.timerExpired(id);
    };
    this.#running.set(id, setTimeout(expired, wait));
  }

  cancel(id) {
    clearTimeout(this.#running.get(id));
    this.#running.delete(id);
  }

  cancelAll() {
    for (const id of [...this.#running.keys()]) this.cancel(id);
  }
}
