package cafe

import "context"

// Due does what the clock asks for: whoever must be decided on, reminded or
// asked by now is. It is safe to call at any time and by several at once; the
// portal calls it every minute.
func (s *Service) Due(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		s.decideDue,
		s.standInsDue,
		s.forgetStandIns,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
