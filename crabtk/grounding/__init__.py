"""From a constraint in free text to typed ones that code can check."""

from crabtk.grounding.ground import ground

__all__ = ["ground"]
