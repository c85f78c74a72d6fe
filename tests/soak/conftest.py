"""What takes minutes is collected by `make soak` only."""

import os

collect_ignore = [] if os.environ.get("SOAK") else ["test_messages.py"]
