"""What collectstatic leaves out: variants of the libraries that no page asks for. Compressing them costs seconds."""

from django.contrib.staticfiles.apps import StaticFilesConfig

BOOTSTRAP = ["*.rtl.*", "bootstrap-*", "bootstrap.css*", "bootstrap.js*", "bootstrap.esm*", "bootstrap.bundle.js*"]
HTMX = ["hx-*", "htmx-4*", "htmax*", "htmx-2-compat*"]


class Collected(StaticFilesConfig):
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *BOOTSTRAP, *HTMX]
