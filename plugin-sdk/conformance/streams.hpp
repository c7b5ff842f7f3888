#pragma once

// What services answer: samples of the formats of the field, and how a network may bring them.

#include <random>
#include <string>
#include <vector>

#include "chela/testing/fake_services.hpp"

namespace chela::conformance {

testing::ScriptedResponse response(std::uint32_t status, std::vector<std::string> pieces,
                                   chela_status outcome = CHELA_OK);

// Whole answers in several formats; a provider understands the one that it is for, if any.
const std::vector<std::string>& sample_streams();

// `text` in pieces of random length, some of them empty.
std::vector<std::string> cut_anywhere(const std::string& text, std::mt19937_64& random);

// A sample with bytes changed, left out and repeated.
std::string broken_stream(std::mt19937_64& random);

}  // namespace chela::conformance
