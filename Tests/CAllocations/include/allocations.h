// How often this thread has asked for memory, in a program that links this file; -1 where that cannot be counted.
#pragma once

long allocations(void);
