#include "kernel/core/plugins/lanes.hpp"

#include "kernel/core/base/text.hpp"

namespace chela::plugins {

std::optional<LaneRequest> parse_lane(std::string_view text) {
  auto name = to_lower(trim(text));
  if (name == "static" || name == "aot") return LaneRequest::static_only;
  if (name == "dynamic" || name == "jit") return LaneRequest::dynamic;
  if (name == "auto" || name.empty()) return LaneRequest::automatic;
  return std::nullopt;
}

std::string_view name_of(Lane lane) { return lane == Lane::dynamic ? "dynamic" : "static"; }

std::string_view name_of(LaneRequest request) {
  if (request == LaneRequest::automatic) return "auto";
  return name_of(request == LaneRequest::dynamic ? Lane::dynamic : Lane::static_only);
}

bool dynamic_code_supported() {
#ifdef CHELA_STATIC_ONLY
  return false;
#else
  return true;
#endif
}

Result<Lane> resolve_lane(LaneRequest request) {
  if (request == LaneRequest::static_only) return Lane::static_only;
  if (dynamic_code_supported()) return Lane::dynamic;
  if (request == LaneRequest::automatic) return Lane::static_only;
  return fail(
      ErrorCode::unsupported,
      "runtime.mode: 'dynamic' needs a build that can load libraries, and this one cannot; use 'auto' or 'static'");
}

bool allows(Lane lane, Carrier carrier, std::string_view kind) {
  if (lane == Lane::dynamic || carrier == Carrier::linked_in) return true;
  return carrier == Carrier::out_of_process && (kind == "tool" || kind == "service" || kind == "skill");
}

}  // namespace chela::plugins
