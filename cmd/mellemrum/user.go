package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/config"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/text"
)

const (
	userUsage = "mellemrum user add | list | disable E-MAIL | enable E-MAIL | password E-MAIL"
	addUsage  = "mellemrum user add --email E-MAIL --name NAME --role partner|coordinator|administrator [--district SLUG …] [--organisation SLUG] [--contact]"
)

// userCommand is what is asked of user, once its words have been read.
type userCommand func(ctx context.Context, accounts *account.Service, out io.Writer) error

// user looks after the accounts. What was typed is checked before the database
// is opened.
func user(ctx context.Context, c config.Config, args []string, in io.Reader, out io.Writer) error {
	do, err := readUser(args, in, out)
	if err != nil {
		return err
	}
	db, closeDatabase, err := openDatabase(ctx, c, newLog())
	if err != nil {
		return err
	}
	defer closeDatabase()
	return inWords(do(ctx, services(db).Accounts, out))
}

func readUser(args []string, in io.Reader, out io.Writer) (userCommand, error) {
	if len(args) == 0 {
		return nil, errors.New("what about them? " + userUsage)
	}
	switch name, rest := args[0], args[1:]; name {
	case "add":
		return readAdd(rest, in, out)
	case "list":
		if len(rest) > 0 {
			return nil, fmt.Errorf("%q: list takes nothing more", rest[0])
		}
		return listUsers, nil
	case "disable", "enable", "password":
		if len(rest) != 1 {
			return nil, fmt.Errorf("whom? mellemrum user %s E-MAIL", name)
		}
		return readOne(name, rest[0], in, out)
	default:
		return nil, fmt.Errorf("%q: %s", name, userUsage)
	}
}

// slugs is a flag that may be given several times.
type slugs []string

func (s *slugs) String() string { return strings.Join(*s, " ") }

func (s *slugs) Set(v string) error {
	*s = append(*s, v)
	return nil
}

func readAdd(args []string, in io.Reader, out io.Writer) (userCommand, error) {
	var a account.NewAccount
	f := flag.NewFlagSet("user add", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&a.Email, "email", "", "")
	f.StringVar(&a.Name, "name", "", "")
	f.StringVar(&a.Role, "role", "", "")
	f.Var((*slugs)(&a.Districts), "district", "")
	f.StringVar(&a.Organisation, "organisation", "", "")
	f.BoolVar(&a.Contact, "contact", false, "")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errors.New(addUsage)
		}
		return nil, fmt.Errorf("%w; %s", err, addUsage)
	}
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("%q: %s", f.Arg(0), addUsage)
	case a.Email == "" || a.Name == "" || a.Role == "":
		return nil, errors.New("an e-mail address, a name and a role are needed: " + addUsage)
	case a.Contact && a.Organisation == "":
		return nil, errors.New("--contact goes with --organisation")
	}
	// Whatever else is wrong is told before a password is asked for.
	var others fault.Fields
	for _, m := range a.Validate() {
		if m.Name != "password" {
			others = append(others, m)
		}
	}
	if err := others.Err(); err != nil {
		return nil, inWords(err)
	}
	var err error
	if a.Password, err = askPassword(in, out); err != nil {
		return nil, err
	}
	return func(ctx context.Context, accounts *account.Service, out io.Writer) error {
		if _, err := accounts.Add(ctx, authz.TheSystem, a); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "%s can sign in as %s.\n", a.Email, a.Role)
		return err
	}, nil
}

// readOne is for what is done to one account.
func readOne(name, email string, in io.Reader, out io.Writer) (userCommand, error) {
	if _, ok := text.Email(email); !ok {
		return nil, fmt.Errorf("%q is not an e-mail address", email)
	}
	var password string
	if name == "password" {
		var err error
		if password, err = askPassword(in, out); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, accounts *account.Service, out io.Writer) error {
		id, err := accounts.Find(ctx, authz.TheSystem, email)
		if fault.Is(err, fault.NotFound) {
			return fmt.Errorf("nobody signs in with %s; see: mellemrum user list", email)
		}
		if err != nil {
			return err
		}
		said := ""
		switch name {
		case "disable":
			err, said = accounts.Disable(ctx, authz.TheSystem, id), "can no longer sign in, and is signed out everywhere"
		case "enable":
			err, said = accounts.Enable(ctx, authz.TheSystem, id), "can sign in again"
		case "password":
			err, said = accounts.SetPassword(ctx, authz.TheSystem, id, password), "has a new password, and is signed out everywhere"
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s %s.\n", email, said)
		return err
	}, nil
}

func listUsers(ctx context.Context, accounts *account.Service, out io.Writer) error {
	list, err := accounts.List(ctx, authz.TheSystem)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(out, "Nobody can sign in yet; see: mellemrum user add --help")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "E-MAIL\tNAME\tROLE\tOF\tLAST SIGNED IN\tSTATE")
	for _, a := range list {
		last, state := "never", "open"
		if a.SignedInAt != nil {
			last = a.SignedInAt.In(i18n.Zone).Format("2006-01-02 15:04")
		}
		if a.DisabledAt != nil {
			state = "disabled"
		}
		of := strings.Join(append(a.Organisations, a.Districts...), ", ")
		if of == "" {
			of = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", a.Email, a.Name, a.Role, of, last, state)
	}
	return table.Flush()
}

// askPassword asks twice at a terminal, without showing what is typed; from
// anything else it takes the first line.
func askPassword(in io.Reader, out io.Writer) (string, error) {
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		first, err := askHidden(f, out, "Password: ")
		if err != nil {
			return "", err
		}
		again, err := askHidden(f, out, "Once more: ")
		if err != nil {
			return "", err
		}
		if first != again {
			return "", errors.New("those two were not the same; nothing was changed")
		}
		return first, nil
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("a password is needed: type it at a terminal, or give it as the first line of standard input")
	}
	return line, nil
}

func askHidden(f *os.File, out io.Writer, prompt string) (string, error) {
	fmt.Fprint(out, prompt)
	typed, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(out)
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	return string(typed), nil
}

// inWords tells a fault on one line, in the words that a page would use.
func inWords(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return err
	}
	english := i18n.ByCode("en")
	var said []string
	for _, m := range f.Fields {
		said = append(said, m.Name+": "+english.T(m.Key, m.Args...))
	}
	if len(said) == 0 && f.Key != "" {
		said = append(said, english.T(f.Key, f.Args...))
	}
	if len(said) == 0 {
		return err
	}
	return errors.New(strings.Join(said, " "))
}
