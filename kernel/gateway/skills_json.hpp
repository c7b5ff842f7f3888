#pragma once

// Skills as clients see them: upstream's members, and what it does not say. Secrets are never among them. Any thread.

#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "kernel/gateway/skills_api.hpp"
#include "kernel/runtime/skills/needs/option.hpp"
#include "kernel/runtime/skills/offer.hpp"
#include "kernel/runtime/skills/scan/judgement.hpp"

namespace chela::gateway {

struct SkillsView {
  const runtime::skills::Offer& offer;
  const nlohmann::json& config;  // the whole one
  const runtime::skills::needs::Machine& machine;
  // Of those that are withheld, by their base directory.
  const std::map<std::string, runtime::skills::scan::Judgement>& judgements;
};

// Every skill of the offer, offered or not, by name: {"skills":[…],"problems":[…],"version":…}.
nlohmann::json skills_json(const SkillsView& view);

nlohmann::json report_json(const runtime::skills::scan::Report& report);
nlohmann::json plan_json(const runtime::skills::needs::Plan& plan);
nlohmann::json found_json(const runtime::skills::hub::Found& found);
nlohmann::json detail_json(const runtime::skills::hub::Detail& detail);
nlohmann::json outcome_json(const HubOutcome& outcome);

}  // namespace chela::gateway
