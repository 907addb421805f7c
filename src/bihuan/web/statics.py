"""How collected files are named: by their content, also inside scripts and styles."""

from whitenoise.storage import (  # type: ignore[import-untyped]  # it has no types
    CompressedManifestStaticFilesStorage,
)


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Files under names that hold a hash, so that a phone may keep them for ever."""

    support_js_module_import_aggregation = True
