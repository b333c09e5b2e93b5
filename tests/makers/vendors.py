# SPDX-License-Identifier: Apache-2.0
"""Wrappers as their public makers write them, opened by their format."""
from vendor_images import images
from wrap import *

if have('openssl') and have('cksum'):
    formats = set()
    for name, form, image, parts, used in images(noise(70001), noise(50000)):
        opens(name, form, image, parts, used)
        formats.add(form)
    garbage(sorted(formats))
finish()
