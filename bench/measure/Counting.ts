/** A run that counts: begins after the first `warm`, ends with the last. */

import { Meter } from "./Meter.ts"
import { answer, settings } from "./side.ts"

export class Counting {
  readonly meter = new Meter(settings)
  #done = 0
  #from = 0

  constructor() {
    if (settings.warm === 0) this.meter.begin()
  }

  /** So many more are done; with the last of them the run is over. */
  add(count: number): void {
    const before = this.#done
    this.#done += count
    if (before < settings.warm && this.#done >= settings.warm) {
      this.#from = this.#done
      this.meter.begin()
    }
    if (before < settings.count && this.#done >= settings.count)
      answer(this.meter.end(this.#done - this.#from))
  }
}
