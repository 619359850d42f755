"""Whether a stub answers what a target answers: the requests of one run, sent to both."""
