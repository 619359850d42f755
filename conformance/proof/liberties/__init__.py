"""The reference, different in ways the document allows, per API."""
