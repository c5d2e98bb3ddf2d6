import { narrow } from './dates'

// A quick look at a number while it is typed. The server decides; this only spares a clerk the way there.

export type PhoneProblem = 'digits' | 'short' | 'long' | 'several'

export function phoneProblem(typed: string): PhoneProblem | null {
  const s = narrow(typed).trim()
  if (s === '') return null
  if (/[;,/、，；]/.test(s)) return 'several'
  const bare = s.replace(/[\s().-]/g, '').replace(/^\+/, '')
  if (!/^\d+$/.test(bare)) return 'digits'
  const mobile = /^(?:86|0086)?1[3-9]/.test(bare) && !/^1[0-2]/.test(bare)
  const digits = mobile ? bare.replace(/^(?:0086|86)/, '') : bare
  if (mobile && digits.length < 11) return 'short'
  if (mobile && digits.length > 11) return 'long'
  if (digits.length < 7) return 'short'
  return digits.length > 17 ? 'long' : null
}

/** How it is read back: in groups. What is not for certain a mobile number stays as it was written. */
export function spaced(typed: string): string {
  const m = /^(?:\+?86|0086)?(1[3-9]\d)(\d{4})(\d{4})$/.exec(narrow(typed).replace(/[\s-]/g, ''))
  return m ? `${m[1]} ${m[2]} ${m[3]}` : typed.trim()
}
