/**
 * Calls once a second, also while the tab is hidden. The work is done on the page itself, not in the worker: a page that hangs
 * shows nobody anything, and its seat must fall silent.
 */
export class Pulse {
  #worker: Worker | null = null
  #timer = 0

  start(beat: () => void): void {
    this.stop()
    try {
      this.#worker = new Worker(new URL('./pulse.worker.ts', import.meta.url), { type: 'module' })
      this.#worker.onmessage = beat
      this.#worker.onerror = () => this.#plainly(beat)
    } catch {
      this.#plainly(beat)
    }
  }

  stop(): void {
    this.#worker?.terminate()
    this.#worker = null
    clearInterval(this.#timer)
  }

  // A browser without such workers: slower while hidden, and still better than silence.
  #plainly(beat: () => void): void {
    this.stop()
    this.#timer = window.setInterval(beat, 1000)
  }
}
