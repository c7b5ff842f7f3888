// The configuration's readers over many documents, for comparison with other people's readers of the same formats.
//   json_reader json5    each document -> its verdict and its value in a form that hides no difference
//   json_reader schema   each {"schema", "instances"} -> whether each instance fits
// Standard input: for each document its size in decimal, a line feed, and its bytes. Standard output: one line of JSON each.

#include <bit>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/config/json5.hpp"
#include "kernel/core/config/schema.hpp"

namespace chela {
namespace {

using nlohmann::json;

// Numbers become the bits of their double: 1 and 1.0 are one number, 0 and -0 are two, NaN is itself.
json exact(const json& value) {
  if (value.is_number()) {
    double number = value.get<double>();
    if (number != number) return {{"number", "NaN"}};
    return {{"number", fmt::format("{:016x}", std::bit_cast<std::uint64_t>(number))}};
  }
  if (value.is_array()) {
    json items = json::array();
    for (const auto& item : value) items.push_back(exact(item));
    return {{"array", std::move(items)}};
  }
  if (value.is_object()) {
    json members = json::array();
    for (const auto& [key, member] : value.items()) members.push_back({key, exact(member)});
    return {{"object", std::move(members)}};
  }
  return value;
}

json read_json5(const std::string& document) {
  auto value = config::parse_json5(document);
  if (value) return {{"value", exact(*value)}};
  const auto& error = value.error();
  return {{"error", error.message}, {"line", error.at.line}, {"column", error.at.column}};
}

json check_schema(const std::string& document) {
  json job = json::parse(document, nullptr, false);
  auto prepared = config::prepare_schema(job["schema"].dump());
  json problems = json::array();
  for (const auto& problem : prepared.problems) problems.push_back(problem.code + ": " + problem.message);
  if (!prepared.schema) return {{"refused", problems}};
  json fits = json::array();
  for (const auto& instance : job["instances"]) fits.push_back(config::validate(*prepared.schema, instance).empty());
  return {{"fits", fits}, {"warnings", problems}};
}

int run(std::string_view mode) {
  auto* read = mode == "json5" ? &read_json5 : mode == "schema" ? &check_schema : nullptr;
  if (!read) {
    std::cerr << "usage: json_reader json5|schema\n";
    return 2;
  }
  std::size_t size = 0;
  while (std::cin >> size) {
    std::cin.get();
    std::string document(size, '\0');
    if (!std::cin.read(document.data(), static_cast<std::streamsize>(size))) return 1;
    std::cout << read(document).dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace chela

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  return chela::run(count == 2 ? arguments[1] : "");
}
