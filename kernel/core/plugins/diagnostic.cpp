#include "kernel/core/plugins/diagnostic.hpp"

namespace chela::plugins {
namespace {

struct Row {
  std::string_view name;
  std::string_view meaning;
};

constexpr Row kRows[] = {
#define CHELA_DIAGNOSTIC_ROW(name, meaning, remedy) {#name, meaning},
    CHELA_DIAGNOSTIC_MAP(CHELA_DIAGNOSTIC_ROW)
#undef CHELA_DIAGNOSTIC_ROW
};

}  // namespace

std::string_view name_of(DiagnosticCode code) { return kRows[static_cast<std::size_t>(code)].name; }
std::string_view meaning_of(DiagnosticCode code) { return kRows[static_cast<std::size_t>(code)].meaning; }

}  // namespace chela::plugins
