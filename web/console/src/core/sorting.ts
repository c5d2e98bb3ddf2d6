import type { Lang } from '../data/types'

export interface Sorting { by: string; down: boolean }

/** Rows by a key; without one as they came. Names go by pinyin in Chinese; what is empty stands last either way. */
export function ordered<T>(rows: readonly T[], key: ((r: T) => string | number) | undefined, down: boolean, lang: Lang): readonly T[] {
  if (!key) return rows
  const collator = new Intl.Collator(lang === 'zh' ? 'zh-CN' : 'en', { numeric: true })
  const keyed = rows.map((row) => ({ row, key: key(row) }))
  return keyed.sort((a, b) => {
    if (a.key === '' || b.key === '') return a.key === b.key ? 0 : a.key === '' ? 1 : -1
    const d = typeof a.key === 'number' && typeof b.key === 'number' ? a.key - b.key : collator.compare(String(a.key), String(b.key))
    return down ? -d : d
  }).map((x) => x.row)
}
