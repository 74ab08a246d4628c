// Memory that is not lent by the caller.
#pragma once
#include <stddef.h>

// 64-byte aligned, to be given to `free`. Where there is none, the process ends, as it does in Swift and in GSL.
void *un_allocate(size_t bytes);
