#pragma once

// An observer of a turn that keeps what it sees.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/runtime/turn/turn.hpp"

namespace chela::runtime {

class SeenTurn final : public TurnObserver {
 public:
  void on_text(std::string_view piece) override { events.push_back("text " + std::string(piece)); }
  void on_reasoning(std::string_view piece) override { events.push_back("reasoning " + std::string(piece)); }
  void on_tool_start(const ToolCallRequest& call) override { events.push_back("start " + call.id); }
  void on_tool_progress(const std::string& id, std::string_view text) override {
    events.push_back("progress " + id + " " + std::string(text));
  }
  void on_tool_result(const ToolOutcome& outcome) override {
    events.push_back(fmt::format("result {} {} {}", outcome.call.id, name_of(outcome.status), outcome.text));
    durations.push_back(outcome.duration);
  }
  void on_assistant_message(const Message& message, const CompletionResult&) override {
    conversation.push_back(nlohmann::json::parse(*message));
  }
  void on_tool_message(const Message& message, const ToolOutcome&) override {
    conversation.push_back(nlohmann::json::parse(*message));
  }

  std::vector<std::string> events;
  std::vector<nlohmann::json> conversation;
  std::vector<Duration> durations;
};

}  // namespace chela::runtime
