"""``python -m bihuan``."""

from bihuan.cli.main import main

if __name__ == "__main__":
    main()
