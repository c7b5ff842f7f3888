#include "kernel/runtime/hooks/point.hpp"

#include <algorithm>

namespace chela::runtime {
namespace {

constexpr unsigned kConversation = HookRow::kConversation;
constexpr unsigned kPrompt = HookRow::kPrompt;
constexpr unsigned kGate = HookRow::kGate;
constexpr unsigned kGeneralSeconds = 30;

constexpr HookRow make_row(std::string_view name, HookKind kind, unsigned seconds, HookMerge merge, unsigned flags) {
  return {name, kind, std::chrono::seconds(seconds == 0 ? kGeneralSeconds : seconds), merge, flags};
}

constexpr HookRow kRows[] = {
#define CHELA_HOOK_POINT_ROW(id, name, kind, seconds, merge, flags) \
  make_row(name, HookKind::kind, seconds, HookMerge::merge, flags),
    CHELA_HOOK_POINT_MAP(CHELA_HOOK_POINT_ROW)
#undef CHELA_HOOK_POINT_ROW
};

constexpr std::string_view kInternal = "internal:";

}  // namespace

const HookRow& row_of(HookPoint point) { return kRows[static_cast<std::size_t>(point)]; }

std::optional<HookPoint> find_hook_point(std::string_view name) {
  auto found = std::ranges::find(kRows, name, &HookRow::name);
  if (found == std::end(kRows)) return {};
  return static_cast<HookPoint>(found - std::begin(kRows));
}

bool hears_point(std::string_view registered, HookPoint point) {
  auto name = name_of(point);
  if (registered == name) return true;
  return registered.starts_with(kInternal) && name.starts_with(registered) && name[registered.size()] == ':';
}

}  // namespace chela::runtime
