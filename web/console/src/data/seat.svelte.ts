import { answered, firstBeat, isDue, isUnheard, unanswered, type Beat } from '../core/seat'
import { ApiError, api } from './api'
import { Pulse } from './pulse'

const awayMark = 'anling.away'

/** What this console says of itself to the server: that it is there, and whether its operator takes alerts. */
export class Seat {
  /** its operator is away for a moment 暂离: alerts have their turn elsewhere */
  away = $state(sessionStorage.getItem(awayMark) === 'on')
  /** the server has not heard of this seat for half a minute: what it has goes to others */
  unheard = $state(false)
  #beat: Beat | null = null
  #pulse = new Pulse()
  #takes: () => boolean
  #refused: () => void

  /** takes: whether this seat answers alarms at all; refused: the session has ended. */
  constructor(takes: () => boolean, refused: () => void) {
    this.#takes = takes
    this.#refused = refused
  }

  /** each: is called once a second, also in a hidden tab */
  start(each: () => void): void {
    this.#beat = firstBeat(Date.now())
    void this.#say()
    this.#pulse.start(() => {
      each()
      this.#look()
    })
  }

  stop(): void {
    this.#pulse.stop()
    this.#beat = null
    this.unheard = false
  }

  setAway(away: boolean): void {
    if (this.away === away) return
    this.away = away
    sessionStorage.setItem(awayMark, away ? 'on' : 'off')
    void this.#say()
  }

  /** Says at once how it stands. */
  again(): void {
    void this.#say()
  }

  #look(): void {
    const now = Date.now()
    this.unheard = isUnheard(this.#beat, now)
    if (this.#beat && isDue(this.#beat, now)) void this.#say()
  }

  async #say(): Promise<void> {
    if (!this.#beat) return
    this.#beat = unanswered(this.#beat, Date.now()) // until the answer is here
    try {
      const seat = await api.beat(this.#takes() && !this.away)
      if (this.#beat) this.#beat = answered(Date.now(), seat?.beat_s)
    } catch (e) {
      this.#failed(e instanceof ApiError ? e.status : 0)
    }
    this.unheard = isUnheard(this.#beat, Date.now())
  }

  // The session has ended; or this server knows no seats, or this session has none. Everything else is tried again.
  #failed(status: number): void {
    if (status === 401) this.#refused()
    else if (status === 403 || status === 404) this.stop()
  }
}
