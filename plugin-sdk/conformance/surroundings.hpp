#pragma once

// What a plugin shares with everything else in its process, as it is at one moment.

#include <map>
#include <string>
#include <vector>

namespace chela::conformance {

// The open files of the process: number -> what it is, as "socket:[1234]" or a path.
std::map<int, std::string> open_descriptors();

// The number of threads of this process; a fork keeps only one of them.
int thread_count();

// The bytes that are allocated on the heap now.
std::size_t heap_bytes();

// Processor time of all threads of the process so far.
long processor_time_us();

// Names of what two moments differ in, with both values: "umask: 0022, then 0000".
using Surroundings = std::map<std::string, std::string>;
std::vector<std::string> differences(const Surroundings& before, const Surroundings& after);

Surroundings folder_and_environment();
Surroundings locale_and_rounding();
Surroundings signals();

// All of these, and the numbers of threads and open files: what loading a library must not change.
Surroundings whole_process();

}  // namespace chela::conformance
