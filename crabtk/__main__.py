"""``python -m crabtk`` is ``crabtk``."""

from crabtk.cli import main

if __name__ == "__main__":
    main()
