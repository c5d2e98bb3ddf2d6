import { describe, expect, it } from 'vitest'
import { actionGroups, blocksOf, difference, singlesOf, type RecordFields } from './roleview'

const catalogue: RecordFields[] = [
  { record: 'contact', fields: { open: ['id'], number: ['phones'] } },
  { record: 'device', fields: { open: ['id'] } },
  { record: 'elder', fields: { open: ['id'], number: ['phones'], access: ['access'], health: ['illnesses'] } },
  { record: 'receipt', fields: { open: ['id'] } },
]
const see = (rows: { name: string; cell: { see?: string[] } }[]) => Object.fromEntries(rows.map((r) => [r.name, r.cell.see]))

describe('a role that is read', () => {
  it('says for each kind of data when it is seen, and nothing where nothing was given', () => {
    const blocks = blocksOf({ fields: [{ of: ['*'], class: ['open', 'number'], may: ['see'] }, { of: ['*'], class: ['health', 'access'], may: ['see'], when: ['during_alert'] }] }, catalogue)
    expect(blocks).toHaveLength(1)
    expect(blocks[0]?.records).toEqual(['contact', 'device', 'elder'])
    expect(see(blocks[0]?.rows ?? [])).toEqual({ open: ['always'], number: ['always'], health: ['during_alert'], access: ['during_alert'] })
    expect(blocks[0]?.rows.every((r) => r.cell.change === undefined)).toBe(true)
  })
  it('keeps apart the records for which something else holds', () => {
    const blocks = blocksOf({ fields: [{ of: ['*'], class: ['open'], may: ['see'] }, { of: ['device'], class: ['*'], may: ['change'], when: ['own_centre', 'own_record'] }] }, catalogue)
    expect(blocks.map((b) => b.records)).toEqual([['contact', 'elder'], ['device']])
    expect(blocks[1]?.rows[0]?.cell).toEqual({ see: ['always'], change: ['own_centre', 'own_record'] })
  })
  it('adds up lines; always swallows a situation', () => {
    const rows = blocksOf({ fields: [{ of: ['elder'], class: ['access'], may: ['see'], when: ['own_record'] }, { of: ['elder'], class: ['access'], may: ['see'], when: ['during_alert'] }, { of: ['elder'], class: ['health'], may: ['see'], when: ['during_alert'] }, { of: ['elder'], class: ['health'], may: ['see'] }] }, catalogue).find((b) => b.records.includes('elder'))?.rows ?? []
    expect(see(rows)).toMatchObject({ access: ['own_record', 'during_alert'], health: ['always'] })
    expect(see(rows)['number']).toBeUndefined()
  })
  it('is everything where it says so, and nothing where it says nothing', () => {
    expect(blocksOf({ fields: [{ of: ['*'], class: ['*'], may: ['see', 'change', 'export'] }] }, catalogue)[0]?.rows[0]?.cell).toEqual({ see: ['always'], change: ['always'], export: ['always'] })
    expect(blocksOf({}, catalogue)[0]?.rows.every((r) => Object.keys(r.cell).length === 0)).toBe(true)
  })
  it('names lines for single fields', () => {
    expect(singlesOf({ fields: [{ of: ['elder'], field: ['name'], may: ['see'] }, { of: ['*'], class: ['open'], may: ['see'] }] })).toEqual([{ records: ['elder'], fields: ['name'], may: ['see'], when: ['always'] }])
  })
  it('groups actions by noun and compares two roles', () => {
    expect(actionGroups(['alerts.see', 'elders.see', 'alerts.work', 'import'])).toEqual([{ noun: 'alerts', actions: ['alerts.see', 'alerts.work'] }, { noun: 'elders', actions: ['elders.see'] }, { noun: 'import', actions: ['import'] }])
    expect(difference(['a', 'b'], ['b', 'c'])).toEqual({ more: ['c'], less: ['a'] })
  })
})
