"""The schemas of a contract: read in their dialect, compiled, and every violation named in a sentence."""

from mockserver.contract.schema.compilation import hold_schemas
from mockserver.contract.schema.schema import FindChoice, Schema

__all__ = ["FindChoice", "Schema", "hold_schemas"]
