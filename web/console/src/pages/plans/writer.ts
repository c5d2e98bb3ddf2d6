import { desk } from '../../data/desk.svelte'
import { names } from '../../data/names.svelte'

/** Who wrote a version: the program itself, or somebody with an account. */
export function writer(author: string): string {
  return author === 'anling' ? desk.t('ui.pl.builtin') : desk.may('operators.see') ? names.operator(author) : author
}
