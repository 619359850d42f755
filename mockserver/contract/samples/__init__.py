"""Values that a schema allows, and how they are written in a media type."""
