/** An id that is ordered by time (UUIDv7). Made by us, a creation can be repeated without making a second record. */
export function newId(now: number, random: Uint8Array): string {
  const b = new Uint8Array(16)
  b.set(random.subarray(0, 10), 6)
  for (let i = 0, t = now; i < 6; i++, t = Math.floor(t / 256)) b[5 - i] = t % 256
  b[6] = 0x70 | ((b[6] ?? 0) & 0x0f)
  b[8] = 0x80 | ((b[8] ?? 0) & 0x3f)
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
