"""Static files: hashed names, compressed, and the imports inside our ES modules rewritten to the hashed names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Django's manifest storage with module imports followed, so that a changed module changes its importers.

    In our modules alone, and not `import("…")`: Django would follow it in a comment that names a type, too.
    """

    support_js_module_import_aggregation = True
    # One pass carries a changed name one step up a chain of imports; Django's 5 are for stylesheets.
    max_post_process_passes = 20
    _js_module_import_aggregation_patterns = (
        "doorstep/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1][:3],  # noqa: SLF001
    )
