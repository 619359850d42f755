"""Path templates: the variables in them."""

from __future__ import annotations

import re

VARIABLE = re.compile(r"\{([^}]*)\}")
