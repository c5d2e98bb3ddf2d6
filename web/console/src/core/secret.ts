// A temporary password that is told by telephone or written on a slip: no letters that look or sound alike.

const letters = 'abcdefghjkmnpqrstuvwxyz'
const digits = '23456789'
const blocks = 4
const each = 4

/** Four blocks of four, e.g. kmpt-7rwx-9gha-c4ed: 70 bits and more. random gives bytes that nobody can guess. */
export function temporaryPassword(random: (n: number) => Uint8Array): string {
  const signs = letters + digits
  const out: string[] = []
  while (out.length < blocks * each) {
    for (const b of random(blocks * each)) {
      // What is left over would make some signs likelier than others.
      if (b < 256 - (256 % signs.length) && out.length < blocks * each) out.push(signs[b % signs.length] ?? '')
    }
  }
  return Array.from({ length: blocks }, (_, i) => out.slice(i * each, (i + 1) * each).join('')).join('-')
}
