import { describe, expect, it } from 'vitest'
import { readResidentId } from './idnumber'

// Invented numbers with a right check sign; 000 is no place of the country.
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const made = (body: string) => body + '10X98765432'[weights.reduce((n, w, i) => n + w * Number(body[i]), 0) % 11]

describe('readResidentId', () => {
  it('tells birth date and sex', () => {
    expect(readResidentId(made('00000019440315001'))).toMatchObject({ birth_date: '1944-03-15', sex: 'm' })
    expect(readResidentId(made('00000019440315002'))).toMatchObject({ birth_date: '1944-03-15', sex: 'f' })
  })
  it('reads spaces, small x and full-width digits', () => {
    const x = [...Array(200).keys()].map((i) => made(`00000019440315${String(i).padStart(3, '0')}`)).find((n) => n.endsWith('X'))!
    expect(readResidentId(x.toLowerCase().replace(/(.{6})/, '$1 '))).toMatchObject({ number: x })
    expect(readResidentId(x.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d))))).toMatchObject({ number: x })
  })
  it('finds every single wrong digit', () => {
    const good = made('00000019440315002')
    for (let i = 0; i < 6; i++) for (let d = 0; d < 10; d++) {
      const bad = good.slice(0, i) + d + good.slice(i + 1)
      if (bad !== good) expect(readResidentId(bad)).toBe('check')
    }
  })
  it('says what is wrong', () => {
    expect(readResidentId('123')).toBe('short')
    expect(readResidentId('0'.repeat(19))).toBe('long')
    expect(readResidentId('abc')).toBe('signs')
    expect(readResidentId('000000194413150020'.slice(0, 17) + '1')).toBe('date')
  })
})
