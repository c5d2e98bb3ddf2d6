import { request } from './api'
import { toasts } from './toast.svelte'

/** Follows a link to a file that only who has just proved who they are may take along: that is asked for first. */
export async function proven(event: MouseEvent): Promise<void> {
  const link = event.currentTarget as HTMLAnchorElement
  event.preventDefault()
  try {
    await request('GET', '/v1/session/step-up')
  } catch (e) {
    toasts.failed(e)
    return
  }
  const a = document.createElement('a')
  a.href = link.href
  a.download = ''
  a.click()
}
