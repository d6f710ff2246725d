# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture-book world: scenes that are described, drawn and captioned."""
