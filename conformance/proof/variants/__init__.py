"""Steps of the reference made replaceable, for mutants and liberties of several headings, per API."""
