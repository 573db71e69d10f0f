package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"mellemrum/internal/config"
	"mellemrum/internal/demo"
)

func seed(ctx context.Context, c config.Config, _ []string, _ io.Reader, out io.Writer) error {
	if c.Mode == config.Production {
		return errors.New("the demo's people do not belong in production")
	}
	db, closeDatabase, err := openDatabase(ctx, c, newLog())
	if err != nil {
		return err
	}
	defer closeDatabase()
	if err := demo.Fill(ctx, db, db.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "The demo is filled in, with dates from four weeks ago to eight weeks ahead.")
	return err
}
