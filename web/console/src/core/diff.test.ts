import { describe, expect, it } from 'vitest'
import { counted, diffLines, folded, type DiffLine } from './diff'

const mark = { same: ' ', gone: '-', new: '+' }
const told = (a: string, b: string): string[] => diffLines(a, b).map((l) => mark[l.kind] + l.text)
/** Following the difference from the older text must give the newer one, and the other way round. */
const side = (all: DiffLine[], without: 'gone' | 'new'): string => all.filter((l) => l.kind !== without).map((l) => l.text).join('\n')

describe('the difference between two texts', () => {
  it('is nothing for the same text, whatever ends its lines', () => {
    expect(told('a\nb\n', 'a\r\nb')).toEqual([' a', ' b'])
    expect(told('', '')).toEqual([])
  })
  it('names what goes before what comes in its place, with the numbers of the lines', () => {
    expect(diffLines('a\nat: 30s\nb\n', 'a\nat: 20s\nlevel: 2\nb\n')).toEqual([
      { kind: 'same', text: 'a', a: 1, b: 1 },
      { kind: 'gone', text: 'at: 30s', a: 2 },
      { kind: 'new', text: 'at: 20s', b: 2 },
      { kind: 'new', text: 'level: 2', b: 3 },
      { kind: 'same', text: 'b', a: 3, b: 4 },
    ])
  })
  it('is the shortest there is', () => {
    expect(told('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc').filter((l) => l[0] !== ' ')).toHaveLength(5)
    expect(told('x', '')).toEqual(['-x'])
    expect(told('', 'x\ny')).toEqual(['+x', '+y'])
  })
  it('leads from either text to the other', () => {
    let seed = 7
    const dice = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
    for (let round = 0; round < 200; round++) {
      const text = () => Array.from({ length: dice(12) }, () => 'abcd'[dice(4)]).join('\n')
      const [a, b] = [text(), text()]
      const all = diffLines(a, b)
      expect(side(all, 'new')).toBe(a)
      expect(side(all, 'gone')).toBe(b)
    }
  })
})

describe('what is the same', () => {
  const many = (n: number, word: string) => Array.from({ length: n }, (_, i) => `${word}${i}`).join('\n')
  it('is folded away but for the lines around a change', () => {
    const all = diffLines(`${many(10, 'x')}\nold\n${many(10, 'y')}`, `${many(10, 'x')}\nnew\n${many(10, 'y')}`)
    const blocks = folded(all)
    expect(blocks.map((b) => [b.folded, b.lines.length])).toEqual([[true, 7], [false, 8], [true, 7]])
    expect(blocks.flatMap((b) => b.lines)).toEqual(all)
    expect(counted(all)).toEqual({ gone: 1, fresh: 1 })
  })
  it('stays when it is too short to fold', () => {
    expect(folded(diffLines('1\n2\n3\n4\n5\nold', '1\n2\n3\n4\n5\nnew'))).toHaveLength(1)
  })
  it('is folded as a whole when nothing has changed', () => {
    expect(folded(diffLines(many(5, 'x'), many(5, 'x'))).map((b) => b.folded)).toEqual([true])
  })
})
