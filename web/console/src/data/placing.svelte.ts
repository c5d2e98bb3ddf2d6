// Somebody at the seat knows better where the elder is: a pin is put on the map, moved, and sent.

class Placing {
  /** for which alert; empty: nobody places anything */
  alert = $state('')
  at = $state<{ lat: number; lon: number } | null>(null)

  begin(alert: string, at: { lat: number; lon: number } | null): void {
    this.alert = alert
    this.at = at
  }

  end(): void {
    this.alert = ''
    this.at = null
  }
}

export const placing = new Placing()
