"""`python -m reference_terminal CONFIG`."""

import sys

from reference_terminal.main import main

sys.exit(main())
