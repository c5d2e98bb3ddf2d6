import { toneOf, type Ringing } from '../core/sound'

// The loudspeaker. Browsers keep it mute until a human gesture; the start of shift is that gesture.
export class Speaker {
  #ctx: AudioContext | null = null
  #timer = 0
  #current: Ringing | null = null
  #onChange: (running: boolean) => void

  constructor(onChange: (running: boolean) => void) {
    this.#onChange = onChange
  }

  get running(): boolean {
    return this.#ctx?.state === 'running'
  }

  /** Must be called from a click or key press. */
  async unlock(): Promise<boolean> {
    if (!this.#ctx) {
      this.#ctx = new AudioContext()
      this.#ctx.onstatechange = () => this.#onChange(this.running)
    }
    await Promise.race([this.#ctx.resume(), new Promise((done) => setTimeout(done, 800))])
    this.#onChange(this.running)
    return this.running
  }

  test(): void {
    this.#play([{ at: 0, hz: 659, s: 0.18 }, { at: 0.22, hz: 880, s: 0.3 }], 0.35)
  }

  /** Rings until told otherwise; the same alarm goes on without a break. */
  ring(r: Ringing | null): void {
    const same = r?.alert === this.#current?.alert && r?.level === this.#current?.level && r?.priority === this.#current?.priority
    if (same) return
    this.#current = r
    clearTimeout(this.#timer)
    if (r) this.#burst(r)
  }

  stop(): void {
    this.ring(null)
    void this.#ctx?.close()
    this.#ctx = null
  }

  #burst(r: Ringing): void {
    const tone = toneOf(r.priority, r.level)
    this.#play(tone.notes, tone.gain)
    if (tone.every > 0) this.#timer = window.setTimeout(() => this.#burst(r), tone.every * 1000)
  }

  #play(notes: { at: number; hz: number; s: number }[], gain: number): void {
    const ctx = this.#ctx
    if (!ctx || ctx.state !== 'running') return
    for (const n of notes) {
      const osc = ctx.createOscillator()
      const amp = ctx.createGain()
      const start = ctx.currentTime + n.at
      osc.type = 'triangle'
      osc.frequency.value = n.hz
      // Short ramps: a hard edge clicks, and a click is what tires an ear in eight hours.
      amp.gain.setValueAtTime(0, start)
      amp.gain.linearRampToValueAtTime(gain, start + 0.015)
      amp.gain.setValueAtTime(gain, start + n.s - 0.03)
      amp.gain.linearRampToValueAtTime(0, start + n.s)
      osc.connect(amp).connect(ctx.destination)
      osc.start(start)
      osc.stop(start + n.s)
    }
  }
}
