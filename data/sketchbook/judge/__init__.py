# SPDX-License-Identifier: GPL-3.0-or-later
"""Says what is to be seen in a picture, and so whether a model obeyed its prompt."""
