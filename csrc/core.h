/* core.h - what every C file of the core includes: the public header with its types. */
#ifndef MEGADRIVE_CORE_H
#define MEGADRIVE_CORE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "megadrive.h"

#endif
