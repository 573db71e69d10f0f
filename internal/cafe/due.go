package cafe

import (
	"context"
	"errors"
)

// Due does what the clock asks for: whoever must be decided on, reminded or
// asked by now is. It is safe to call at any time and by several at once; the
// portal calls it every minute. A step that fails keeps no other from its work.
func (s *Service) Due(ctx context.Context) error {
	var failed []error
	for _, step := range []func(context.Context) error{
		s.decideDue,
		s.standInsDue,
		s.forgetStandIns,
		s.remindDue,
		s.followDue,
	} {
		failed = append(failed, step(ctx))
	}
	return errors.Join(failed...)
}
