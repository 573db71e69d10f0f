// Package concernview shows notes about what is seen again and again where
// several rooms list them.
package concernview
