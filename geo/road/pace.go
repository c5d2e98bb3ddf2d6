package road

// pace is how much longer the roads of each class take at some hour, in 256ths of what the file says.
type pace [256]uint32

// usual is the pace of the file.
const usual = 256

func (p *pace) of(s *sheet, seg, cost uint32) uint32 {
	if p == nil {
		return cost
	}
	return uint32(uint64(cost) * uint64(p[s.Class[seg]]) / usual)
}
