#pragma once

// CHELA_LEAKS_ALLOWED; in a test of plugins that never give back what they were lent: until the end of the block the
// leak sanitizer does not look at what this thread allocates. Nothing in other builds.

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define CHELA_LEAKS_ALLOWED __lsan::ScopedDisabler leaks_allowed
#endif
#endif
#ifndef CHELA_LEAKS_ALLOWED
#define CHELA_LEAKS_ALLOWED
#endif
