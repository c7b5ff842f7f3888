#include "kernel/app/effective_config.hpp"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "kernel/app/config_spec.hpp"
#include "kernel/app/configuration.hpp"
#include "kernel/app/secrets.hpp"
#include "kernel/app/settings.hpp"
#include "kernel/core/policy/credential.hpp"
#include "kernel/core/policy/public_bind.hpp"

namespace chela::app {
namespace {

using Reasons = EffectiveConfig::Reasons;

std::string text_of(std::string_view address, const policy::BindRefusal& refusal) {
  return fmt::format("refusing to listen on {}: {}: {}", address, refusal.key, refusal.message);
}

Reasons bind_refusals(const std::string& address, const config::Snapshot& config) {
  Reasons out;
  for (const auto& refusal : policy::check_public_bind(address, config.root()))
    out.push_back(text_of(address, refusal));
  return out;
}

// Errors, or else warnings.
Reasons texts_of(const std::vector<config::Problem>& problems, config::Severity severity) {
  Reasons out;
  for (const auto& problem : problems) {
    if (problem.severity == severity) out.push_back(config::text_of(problem));
  }
  return out;
}

}  // namespace

EffectiveConfig::EffectiveConfig(config::LoadRequest request, log::Redactor& redactor)
    : request_(std::move(request)),
      home_{config::home_directory(request_.environment)},
      redactor_(redactor),
      spec_(kernel_config_spec()) {}

std::expected<void, Reasons> EffectiveConfig::load() {
  auto loaded = load_configuration(spec_, request_, home_);
  warnings_ = texts_of(loaded.problems, config::Severity::warning);
  if (!loaded.snapshot) return std::unexpected(texts_of(loaded.problems, config::Severity::error));
  secrets_.emplace(secret_resolver(request_.environment, *loaded.snapshot,
                                   [this](std::string_view secret) { redactor_.add(secret); }));
  auto bound = bind_address(*loaded.snapshot);
  if (bound) address_ = *bound;
  auto checked = check(*loaded.snapshot);
  Reasons reasons = checked ? Reasons() : std::move(checked.error());
  if (!bound) reasons.push_back(bound.error().message);
  if (!reasons.empty()) return std::unexpected(std::move(reasons));
  credential_ = std::move(*checked);
  reloader_.emplace(spec_, request_, std::move(loaded.snapshot));
  return {};
}

// The credential that clients must show, or everything that speaks against `next` on this address.
std::expected<std::string, Reasons> EffectiveConfig::check(const config::Snapshot& next) const {
  Reasons reasons = unresolved_secrets(spec_, next, *secrets_);
  if (!address_.empty()) std::ranges::move(bind_refusals(address_, next), std::back_inserter(reasons));
  if (!reasons.empty()) return std::unexpected(std::move(reasons));
  auto wanted = policy::configured_credential(next.root());
  if (!wanted.secret) return std::string();
  auto credential = secrets_->resolve(*wanted.secret);
  if (!credential) return std::unexpected(Reasons{fmt::format("{}: {}", wanted.key, credential.error().message)});
  if (credential->empty()) {
    return std::unexpected(
        Reasons{fmt::format("{}: it is empty; set it, or gateway.auth.mode to \"none\"", wanted.key)});
  }
  auto refusal = policy::check_resolved_credential(address_, next.root(), *credential);
  if (refusal) return std::unexpected(Reasons{text_of(address_, *refusal)});
  return std::move(*credential);
}

// What the file holds beside what is live can be told apart only by starting with it.
Reasons EffectiveConfig::next_start_refusals(const config::Snapshot& written) const {
  auto address = bind_address(written);
  if (!address) return {address.error().message};
  return bind_refusals(*address, written);
}

EffectiveConfig::Reloaded EffectiveConfig::reload() {
  Reloaded out;
  auto spec = kernel_config_spec();  // plugins may have come and gone, and with them their slices
  (void)load_configuration(spec, request_, home_);
  spec_ = std::move(spec);
  auto proposal = reloader_->read();
  if (!proposal.next) {
    out.refusals = texts_of(proposal.problems, config::Severity::error);
    return out;
  }
  if (proposal.written->file().empty() && !current().file().empty()) {
    out.refusals = {"the file has gone; what it said stays in effect"};
    return out;
  }
  if (proposal.next->get_string("gateway.reload.mode") == "off") {
    out.refusals = {"gateway.reload.mode is \"off\": changes take effect after a restart"};
    return out;
  }
  auto checked = check(*proposal.next);
  if (!checked) {
    out.refusals = std::move(checked.error());
    return out;
  }
  credential_ = std::move(*checked);
  reloader_->accept(proposal);
  warnings_ = texts_of(proposal.problems, config::Severity::warning);
  out.warnings = warnings_;
  if (!proposal.restart.empty()) {
    for (auto& refusal : next_start_refusals(*proposal.written)) {
      out.warnings.push_back("the next start would fail: " + refusal);
    }
  }
  out.changed = !proposal.live.empty();
  out.live = std::move(proposal.live);
  out.restart = std::move(proposal.restart);
  return out;
}

}  // namespace chela::app
