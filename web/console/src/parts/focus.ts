/** Whether keys typed there are text. */
export function isTyping(t: EventTarget | null): boolean {
  if (!(t instanceof HTMLElement)) return false
  // Inside a form every key belongs to the form, also on its choices and buttons.
  if (t.closest('[data-form]')) return true
  return t.isContentEditable || t.tagName === 'TEXTAREA' || t.tagName === 'SELECT' || (t.tagName === 'INPUT' && !['checkbox', 'radio', 'button'].includes((t as HTMLInputElement).type))
}

/** Whether Enter and Space press the thing itself. */
export function isPressable(t: EventTarget | null): boolean {
  return t instanceof HTMLElement && t.closest('button, a[href], summary, [role="button"]') !== null
}
