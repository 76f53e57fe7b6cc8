"""`python -m ui.cli` runs the `dateline` command."""

from ui.cli import main

raise SystemExit(main())
