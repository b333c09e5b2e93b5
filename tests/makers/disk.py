# SPDX-License-Identifier: Apache-2.0
"""ext2/3/4, FAT, ISO 9660 and partition tables: images of the real makers."""
import os
import tempfile

from tree import *

finish()
