"""How the web server runs, under the supervisor and on servers; docs/running.md lists the variables."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
preload_app = True  # one import for all workers, and their memory shared
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4  # more per core raised the slowest answers, not the throughput
graceful_timeout = 10  # seconds
loglevel = "warning"
control_socket_disable = True
