"""How collected files are named: by their content, also inside scripts and styles."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Files under names that hold a hash, so that a phone may keep them for ever."""

    support_js_module_import_aggregation = True
