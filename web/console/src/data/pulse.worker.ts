// A clock that goes on in a hidden tab: browsers slow the timers of a page down to one a minute, those of a worker they leave alone.
setInterval(() => self.postMessage(null), 1000)
