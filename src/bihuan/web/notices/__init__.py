"""Notices: the in-app inbox first, and group bots that carry counts to it.

What leaves the machine is built from typed parts only (`kinds`, `bots`), goes only to the
hook that was configured (`post`), at most one digest in five minutes (`digest`); nothing
here is needed for the site to work, since a county may have no way out at all.
"""
