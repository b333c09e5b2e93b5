/* SPDX-License-Identifier: Apache-2.0 */
/* No patterns compiled beforehand: for prebuild.c itself, and for builds that cannot run it. */
#include "engine/scanner.h"

const struct prebuilt scanner_prebuilt = {0};
