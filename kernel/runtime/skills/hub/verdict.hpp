#pragma once

// Whether the registry lets a version be installed. Fails closed: no verdict about exactly this owner, skill and
// version is an error, and an error is no permission. Loop thread.

#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/skills/hub/client.hpp"

namespace chela::runtime::skills::hub {

// One row per finding: the enum and the names in JSON are made from this list.
#define CHELA_HUB_FINDING_MAP(X)                                         \
  X(clean, "the registry found nothing")                                 \
  X(review, "suspicious, or not yet judged: a person decides")           \
  X(blocked, "malicious or withdrawn: not installed, whatever one says") \
  X(unjudged, "not of ClawHub, which has not looked at it")

enum class Finding {
#define CHELA_HUB_FINDING_ENUM(name, meaning) name,
  CHELA_HUB_FINDING_MAP(CHELA_HUB_FINDING_ENUM)
#undef CHELA_HUB_FINDING_ENUM
};
std::string_view name_of(Finding finding);

struct Verdict {
  Finding finding = Finding::unjudged;
  std::string status;                // the registry's: "clean", "suspicious", "pending"
  std::vector<std::string> reasons;  // codes
  std::string overview;              // may be empty
  std::string audit_url;             // may be empty
};

// `owner` may be empty. Errors: unavailable, when the registry cannot be asked or does not answer what was asked.
Task<Result<Verdict>> get_verdict(Client& client, std::string slug, std::string owner, std::string version);

// One item of the registry's answer, against what was asked. Any thread.
Result<Verdict> read_verdict(const nlohmann::json& item, const std::string& slug, const std::string& owner,
                             const std::string& version);

}  // namespace chela::runtime::skills::hub
