#include "allocate.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void *un_allocate(size_t bytes) {
    void *memory = bytes <= SIZE_MAX - 64 ? aligned_alloc(64, (bytes + 63) / 64 * 64) : NULL;
    if (memory) return memory;
    fprintf(stderr, "no memory for %zu bytes\n", bytes);
    abort();
}
