import { describe, expect, it } from 'vitest'
import { parser } from './stream'

function read(...chunks: string[]): string[][] {
  const out: string[][] = []
  const feed = parser((type, data, id) => out.push([type, data, id]))
  chunks.forEach(feed)
  return out
}

describe('parser of server-sent events', () => {
  it('reads an event', () => expect(read('event: change\nid: 7\ndata: {"a":1}\n\n')).toEqual([['change', '{"a":1}', '7']]))
  it('reads it in any pieces', () => {
    const text = 'event: change\r\nid: 7\r\ndata: {"a":1}\r\n\r\n'
    expect(read(...text)).toEqual([['change', '{"a":1}', '7']])
  })
  it('passes over comments and empty events', () => expect(read(': beat\n\n: beat\n\nevent: x\n\n')).toEqual([]))
  it('joins lines of data', () => expect(read('data: a\ndata: b\n\n')).toEqual([['message', 'a\nb', '']]))
  it('does not carry an id over to the next event', () => expect(read('id: 1\ndata: a\n\ndata: b\n\n')).toEqual([['message', 'a', '1'], ['message', 'b', '']]))
  it('waits for the end of an event', () => expect(read('data: a\n')).toEqual([]))
})
