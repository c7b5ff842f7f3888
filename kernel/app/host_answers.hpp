#pragma once

// What plugins in other processes ask of the agent: turns, completions, sessions, changes of the configuration, and what
// they tell of their channels. Each answers only what the plugin may have. Loop thread only.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/app/effective_config.hpp"
#include "kernel/core/log/logger.hpp"
#include "kernel/core/remote/host_requests.hpp"
#include "kernel/runtime/channels/channels.hpp"

namespace chela::app {

// What the answers are made from; outlives the last host process.
struct AnswerSources {
  Loop& loop;
  log::Logger logger;
  const EffectiveConfig& configuration;
  plugins::PluginSet& plugins;
  const runtime::ModelCatalog& models;
  runtime::Sessions& sessions;
  runtime::Channels& channels;
};

// turn.run and turn.delivered.
class TurnAnswers {
 public:
  explicit TurnAnswers(const AnswerSources& sources) : sources_(sources) {}
  TurnAnswers(const TurnAnswers&) = delete;
  TurnAnswers& operator=(const TurnAnswers&) = delete;

  void run(const plugins::Manifest& plugin, rpc::Request request);
  void note_delivered(const plugins::Manifest& plugin, std::string_view params);

 private:
  class Delivery;
  using Key = std::pair<std::string, std::uint64_t>;  // plugin, call

  const AnswerSources& sources_;
  std::map<Key, Delivery*> open_;
};

// llm.complete.
class CompletionAnswers {
 public:
  static constexpr std::size_t kOpenMax = 4;  // per plugin

  explicit CompletionAnswers(const AnswerSources& sources) : sources_(sources) {}
  CompletionAnswers(const CompletionAnswers&) = delete;
  CompletionAnswers& operator=(const CompletionAnswers&) = delete;

  void complete(const plugins::Manifest& plugin, rpc::Request request);

 private:
  struct Asked;
  Result<Asked> read(const std::string& plugin_id, const std::string& params) const;
  static Task<Result<void>> run(CompletionAnswers& self, std::string plugin_id, Asked asked, rpc::Request request);

  const AnswerSources& sources_;
  std::map<std::string, std::size_t> open_;  // by plugin
};

// session.list, session.messages, session.enqueue: of sessions that the plugin may see.
class SessionAnswers {
 public:
  explicit SessionAnswers(const AnswerSources& sources) : sources_(sources) {}

  void list(const plugins::Manifest& plugin, rpc::Request request);
  void messages(const plugins::Manifest& plugin, rpc::Request request);
  void enqueue(const plugins::Manifest& plugin, rpc::Request request);

 private:
  // Sessions of the plugin's own channels, or all of them where the operator says plugins.entries.ID.hooks
  // .allowConversationAccess.
  bool may_see(const std::string& plugin_id, const runtime::SessionIdentity& identity) const;

  const AnswerSources& sources_;
};

// config.change: below plugins.entries.ID.config and the sections of the plugin's own channels.
void answer_config_change(const AnswerSources& sources, const plugins::Manifest& plugin, rpc::Request request);

// channel.status and channel.receive.
void note_channel_status(const AnswerSources& sources, const plugins::Manifest& plugin, std::string_view params);
void answer_channel_receive(const AnswerSources& sources, const plugins::Manifest& plugin, rpc::Request request);

// All of them together.
class HostAnswers {
 public:
  // Puts the answers into `requests`, which asks them as long as host processes run.
  HostAnswers(AnswerSources sources, remote::HostRequests& requests);
  HostAnswers(const HostAnswers&) = delete;
  HostAnswers& operator=(const HostAnswers&) = delete;

 private:
  AnswerSources sources_;
  TurnAnswers turns_{sources_};
  CompletionAnswers completions_{sources_};
  SessionAnswers sessions_{sources_};
};

}  // namespace chela::app
