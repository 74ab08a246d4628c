#include "unroll.h"
