package tiles

// joined links lines of one look that meet end to end, where exactly two of them meet, into longer ones: fewer
// features, and room for the names along them. Directed lines (one-way streets) are linked head to tail only.
func joined(lines [][]spot, directed bool) [][]spot {
	j := joiner{lines: lines, ends: make(map[spot][]end, 2*len(lines)), directed: directed, used: make([]bool, len(lines))}
	for i, l := range lines {
		j.ends[l[0]] = append(j.ends[l[0]], end{i, false})
		j.ends[l[len(l)-1]] = append(j.ends[l[len(l)-1]], end{i, true})
	}
	var out [][]spot
	for i := range lines { // first those that begin somewhere, then rings
		if !j.used[i] && j.first(i) {
			out = append(out, j.follow(i))
		}
	}
	for i := range lines {
		if !j.used[i] {
			out = append(out, j.follow(i))
		}
	}
	return out
}

// end is one end of a line.
type end struct {
	line int
	last bool
}

type joiner struct {
	lines    [][]spot
	ends     map[spot][]end
	directed bool
	used     []bool
}

// partner gives the one other end that meets an end, when it can be linked.
func (j *joiner) partner(e end) (end, bool) {
	l := j.lines[e.line]
	at := l[0]
	if e.last {
		at = l[len(l)-1]
	}
	here := j.ends[at]
	if len(here) != 2 || here[0].line == here[1].line {
		return end{}, false
	}
	other := here[0]
	if other.line == e.line {
		other = here[1]
	}
	return other, !j.directed || other.last != e.last
}

// first tells whether a chain may begin with the first point of a line.
func (j *joiner) first(i int) bool {
	_, linked := j.partner(end{i, false})
	return !linked
}

// follow gives the chain that begins with a line.
func (j *joiner) follow(i int) []spot {
	chain := append([]spot(nil), j.lines[i]...)
	j.used[i] = true
	tail := end{i, true}
	for {
		next, linked := j.partner(tail)
		if !linked || j.used[next.line] {
			return chain
		}
		j.used[next.line] = true
		l := j.lines[next.line]
		if next.last { // it lies the other way round
			for k := len(l) - 2; k >= 0; k-- {
				chain = append(chain, l[k])
			}
		} else {
			chain = append(chain, l[1:]...)
		}
		tail = end{next.line, !next.last}
	}
}
