package pg

import (
	"strconv"
	"strings"
)

// Conditions are the WHERE of a query whose filters may or may not be in use.
// Only those in use are written, so that each combination is planned for what
// it is.
type Conditions struct {
	parts []string
	args  []any
}

// Where starts with what always holds.
func Where(always string) *Conditions { return &Conditions{parts: []string{always}} }

// And adds a condition. Each ? in it stands for the next of args; the
// condition itself is never made from input.
func (c *Conditions) And(condition string, args ...any) {
	var b strings.Builder
	for _, arg := range args {
		before, after, found := strings.Cut(condition, "?")
		if !found {
			panic("pg: more arguments than question marks in " + condition)
		}
		b.WriteString(before)
		b.WriteString(c.Arg(arg))
		condition = after
	}
	c.parts = append(c.parts, b.String()+condition)
}

// With writes a condition for another part of the query, as And does.
func (c *Conditions) With(condition string, args ...any) string {
	c.And(condition, args...)
	last := len(c.parts) - 1
	condition = c.parts[last]
	c.parts = c.parts[:last]
	return condition
}

// Arg adds an argument for another part of the query and returns its $n.
func (c *Conditions) Arg(arg any) string {
	c.args = append(c.args, arg)
	return "$" + strconv.Itoa(len(c.args))
}

// SQL is what stands after WHERE.
func (c *Conditions) SQL() string { return strings.Join(c.parts, " AND ") }

// Args are the arguments, in the order of their numbers.
func (c *Conditions) Args() []any { return c.args }
