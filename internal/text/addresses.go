package text

import "regexp"

var webAddress = regexp.MustCompile(`(?i)(https?://|www\.)\S`)

// WebAddresses counts the web addresses in a text.
func WebAddresses(s string) int { return len(webAddress.FindAllStringIndex(s, -1)) }
